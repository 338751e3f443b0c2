import { contextFor, type Bijector, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { VariationalDequantize } from '../dequantization/variational-dequantize.ts';

/**
 * Data → latents that decode to the very integers.
 *
 * `flow.encode` draws the noise u of dequantization anywhere in a cell [x, x + 1). Back, float32 returns x + u with an error,
 * and a u nearer to the edge than that comes back as a neighbour of x: some tenths of a thousandth of the pixels of a deep
 * Glow. Here u is 1/2, half a level away from both edges, and nothing is drawn: the same data give the same latents, and
 * `decode` is exact as long as the error stays below half a level. Where q(u|x) is trained, u is the middle of it: 1/2 may be
 * a noise that the model has never seen, whose latents lie far out. For continuous data it is `flow.encode`.
 *
 * @returns `[batch, ...latentShape]`; the caller disposes it.
 * @throws As `flow.encode`
 * @example
 * const z = encodeCentres(flow, images);
 * const same = flow.decode(z); // every pixel as it was
 */
export function encodeCentres(flow: Flow, x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    let value = tf.clone(x);
    for (const layer of flow.layers) value = inverseAtCentre(layer, value, contextFor(layer, context));
    return value;
  });
}

function inverseAtCentre(layer: Bijector, value: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
  if (layer instanceof VariationalDequantize) return layer.middle(value, context);
  const { type, levels } = layer as Bijector & { readonly levels?: unknown };
  if (type === 'dequantize' && typeof levels === 'number') return tf.div(tf.add(value, 0.5), levels);
  return layer.inverse(value, context).value;
}
