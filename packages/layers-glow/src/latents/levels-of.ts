import { FlowzooError, type Flow, type NamedLatent } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** A layer whose flat latents have parts: `glow`, `multi-scale`. */
interface Parted {
  split(z: tf.Tensor): readonly NamedLatent[];
  join(values: readonly tf.Tensor[]): tf.Tensor;
}

/**
 * Data → latents as a list, one entry per level, the finest first.
 *
 * The flat view is `flow.encode(x)`; both hold the same numbers.
 *
 * @returns Names and values `[batch, ...shape]`; the caller disposes every value.
 * @throws E_OPTION when the last layer of the flow is not one of several scales
 * @example
 * const [finest, coarsest] = encodeLevels(flow, images);
 */
export function encodeLevels(flow: Flow, x: tf.Tensor, context?: tf.Tensor): readonly NamedLatent[] {
  const scales = lastScales(flow);
  const z = flow.encode(x, context);
  try {
    return scales.split(z);
  } finally {
    z.dispose();
  }
}

/**
 * The opposite of {@link encodeLevels}: exact, nothing is drawn anew.
 *
 * @param values One tensor per level, in their order.
 * @returns `[batch, ...event]`; the caller disposes it.
 * @throws E_OPTION as of encodeLevels, E_EVENT_SHAPE for latents of other shapes
 * @example
 * const images = decodeLevels(flow, levels.map(({ value }) => value));
 */
export function decodeLevels(flow: Flow, values: readonly tf.Tensor[], context?: tf.Tensor): tf.Tensor {
  const scales = lastScales(flow);
  return tf.tidy(() => flow.decode(scales.join(values), context));
}

function lastScales(flow: Flow): Parted {
  const last = flow.layers.at(-1) as Partial<Parted> | undefined;
  if (typeof last?.split === 'function' && typeof last.join === 'function') return last as Parted;
  throw new FlowzooError('E_OPTION', 'the latents of this flow have no levels', {
    at: 'model',
    expected: 'a flow whose last layer is "glow" or "multi-scale"',
    found: flow.layers.at(-1)?.type ?? 'no layers',
  });
}
