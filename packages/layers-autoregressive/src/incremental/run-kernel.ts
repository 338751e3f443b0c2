import type { ScalarMapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { ACTIVATIONS } from './activate.ts';
import type { Compiled } from './compiled.ts';
import { ATAN, CEILING, SQUASH, type AffineSettings, type ScalarMap } from './scalar-map.ts';

/**
 * A kernel of this name takes the programs of this folder: inputs `input` and `context0`, …, attributes `program`,
 * `activation` (its number in {@link ACTIVATIONS}), `slope` and `settings`; outputs the values and the log-derivatives.
 * `@flowzoo/kernels-native` registers one while it is active; where there is none, WebAssembly of our own runs them.
 */
export const KERNEL = 'FlowzooIncremental';

/** The settings of a transformer that machine code computes itself; it has no arcus tangent. */
export function ownSettings(transformer: ScalarMap): AffineSettings | null {
  return transformer.kind === 'affine' && transformer.settings[SQUASH] !== ATAN ? transformer.settings : null;
}

/** Runs a program with the kernel of the present backend; null where there is none, or not for this transformer. */
export function runKernel(
  { program, activation }: Compiled,
  transformer: ScalarMap,
  given: { readonly input: tf.Tensor2D; readonly contexts: readonly tf.Tensor2D[] },
): ScalarMapped | null {
  const settings = ownSettings(transformer);
  if (settings === null || !hasKernel()) return null;
  const inputs = { input: given.input, ...Object.fromEntries(given.contexts.map((each, i) => [`context${i}`, each])) };
  const [value, logDerivative] = tf.engine().runKernel<tf.Tensor[]>(
    KERNEL,
    inputs,
    // The kernel has its own type for what it takes.
    {
      program,
      activation: ACTIVATIONS.indexOf(activation.activation),
      slope: activation.slope,
      settings: Float32Array.from(settings.subarray(0, CEILING + 1)),
    } as unknown as tf.NamedAttrMap,
  );
  return { value: value!, logDerivative: logDerivative! };
}

/** Whether the present backend has the kernel. */
export function hasKernel(): boolean {
  return (tf.getKernel(KERNEL, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}
