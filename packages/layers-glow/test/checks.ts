import { createRegistry, Random, type Bijector, type Part, type PartConfig, type Registry } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { glow } from '../src/index.ts';

/** A registry with the layers of this package. */
export const registry: Registry = createRegistry().use(glow);

/** One layer of the package, options beside its type. */
export function build(
  config: PartConfig & Readonly<Record<string, unknown>>,
  dataShape: readonly number[],
  options: { readonly seed?: number; readonly contextSize?: number } = {},
): Bijector {
  return registry.bijector(config, { dataShape, path: 'layers[2]', ...options });
}

/** Draws every variable from N(0, scale²); matrices and filters are divided by the square root of their inputs. */
export function scatter(part: Part, scale = 1, seed: number | string = 'scatter'): void {
  const random = new Random(seed);
  for (const [name, variable] of part.variables) {
    const inputs = variable.rank > 1 ? variable.size / variable.shape.at(-1)! : 1;
    const values = random
      .fork(name)
      .normals(variable.size)
      .map((each) => (each * scale) / Math.sqrt(inputs));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

/** Normal numbers `[batch, ...eventShape]`. */
export function normalBatch(batch: number, eventShape: readonly number[], seed: number | string = 'data'): tf.Tensor {
  const size = eventShape.reduce((product, length) => product * length, batch);
  return tf.tensor(new Random(seed).normals(size), [batch, ...eventShape]);
}

/** The values of a variable or of a state entry. */
export function numbersOf(part: Part, name: string): number[] {
  return Array.from((part.variables.get(name) ?? part.state.get(name))!.dataSync());
}

/** The largest absolute difference of two tensors. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

/** What a call leaves behind, in tensors. */
export function leaked(call: () => void): number {
  const before = tf.memory().numTensors;
  call();
  return tf.memory().numTensors - before;
}
