import { contextFor, type Bijector, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Data → latents that decode to the very integers.
 *
 * `flow.encode` draws the noise u of dequantization anywhere in a cell [x, x + 1). Back, float32 returns x + u with an error,
 * and a u nearer to the edge than that comes back as a neighbour of x: some tenths of a thousandth of the pixels of a deep
 * Glow. Here u is 1/2, half a level away from both edges, and nothing is drawn: the same data give the same latents, and
 * `decode` is exact as long as the error stays below half a level. For continuous data it is `flow.encode`.
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
    for (const layer of flow.layers) {
      const levels = levelsOf(layer);
      value =
        levels === null ? layer.inverse(value, contextFor(layer, context)).value : tf.div(tf.add(value, 0.5), levels);
    }
    return value;
  });
}

/** K of a layer that adds noise to integers; null of others. */
function levelsOf(layer: Bijector): number | null {
  const { levels } = layer as Bijector & { readonly levels?: unknown };
  const dequantizes = layer.type === 'dequantize' || layer.type === 'variational-dequantize';
  return dequantizes && typeof levels === 'number' ? levels : null;
}
