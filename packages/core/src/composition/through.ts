import * as tf from '@tensorflow/tfjs';
import type { Bijector, Mapped } from '../contracts/bijector.ts';

/** Data → latent through all layers in their order, log-dets summed: `[batch]`, nats. Run inside a tidy scope. */
export function inverseThrough(layers: readonly Bijector[], x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
  return accumulate(x, layers, (layer, value) => layer.inverse(value, contextFor(layer, context)));
}

/** Latent → data, the layers from last to first, log-dets summed. Run inside a tidy scope. */
export function forwardThrough(layers: readonly Bijector[], z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
  return accumulate(z, layers.toReversed(), (layer, value) => layer.forward(value, contextFor(layer, context)));
}

/** Data-dependent initialization of every layer that has one, in reading order; returns the latents. */
export function initializeThrough(
  layers: readonly Bijector[],
  x: tf.Tensor,
  context: tf.Tensor | undefined,
): tf.Tensor {
  let value = tf.clone(x);
  for (const layer of layers) {
    const own = contextFor(layer, context);
    const previous = value;
    try {
      value =
        layer.initialize === undefined ? tf.tidy(() => layer.inverse(value, own).value) : layer.initialize(value, own);
    } finally {
      previous.dispose();
    }
  }
  return value;
}

/** The context, for a layer that takes one. */
export function contextFor(
  part: { readonly contextSize: number },
  context: tf.Tensor | undefined,
): tf.Tensor | undefined {
  return part.contextSize > 0 ? context : undefined;
}

/** Width of the context that any of the parts takes. */
export function contextSizeOf(parts: readonly { readonly contextSize: number }[]): number {
  return Math.max(0, ...parts.map((part) => part.contextSize));
}

function accumulate(
  input: tf.Tensor,
  layers: readonly Bijector[],
  step: (layer: Bijector, value: tf.Tensor) => Mapped,
): Mapped {
  let value = input;
  let logDet: tf.Tensor | null = null;
  for (const layer of layers) {
    const mapped = step(layer, value);
    value = mapped.value;
    logDet = logDet === null ? mapped.logDet : tf.add(logDet, mapped.logDet);
  }
  return { value: layers.length === 0 ? tf.clone(input) : value, logDet: logDet ?? tf.zeros([input.shape[0]!]) };
}
