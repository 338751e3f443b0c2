import { createRegistry, Random, type Part } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { autoregressive } from '../src/plugin.ts';
import type { ImageModel } from '../src/pixelcnn/index.ts';

const registry = createRegistry().use(autoregressive);

/** Builds a model of images and draws its parameters at order 1; `scale: null` leaves them as they start. */
export function imageModel(
  config: { readonly type: 'pixelcnn' | 'gated-pixelcnn' } & Readonly<Record<string, unknown>>,
  site: { readonly event: readonly number[]; readonly contextSize?: number; readonly scale?: number | null },
): ImageModel {
  const { event, contextSize = 0, scale = 1 } = site;
  const model = registry.distribution(config, { eventShape: event, contextSize, path: 'model' }) as ImageModel;
  if (scale !== null) scatter(model, scale);
  return model;
}

/** Draws every variable from N(0, scale²), matrices and filters divided by the root of their fan-in. */
export function scatter(part: Part, scale: number): void {
  for (const [name, variable] of part.variables) {
    const fanIn = variable.rank < 2 ? 1 : variable.size / variable.shape.at(-1)!;
    const values = new Random('scatter').fork(name).normals(variable.size);
    const factor = scale / Math.sqrt(fanIn);
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          values.map((value) => value * factor),
          variable.shape,
        ),
      ),
    );
  }
}

/** Images of uniform levels. */
export function randomLevels(shape: readonly number[], levels: number, seed: number | string = 0): tf.Tensor {
  const random = new Random(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.integer(levels)),
    [...shape],
  );
}

/** All images of a model, `[Kᴰ, ...event]`. */
export function allImages(event: readonly number[], levels: number): tf.Tensor {
  const size = event.reduce((product, length) => product * length, 1);
  const count = levels ** size;
  const values = new Float32Array(count * size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) values[row * size + i] = Math.floor(row / levels ** (size - 1 - i)) % levels;
  }
  return tf.tensor(values, [count, ...event]);
}

/** Which of {@link allImages} each row is. */
export function indicesOf(values: ArrayLike<number>, size: number, levels: number): number[] {
  return Array.from({ length: values.length / size }, (_, row) => {
    let index = 0;
    for (let i = 0; i < size; i++) index = index * levels + values[row * size + i]!;
    return index;
  });
}

/** Pearson's statistic over cells that expect ten or more, the rest joined, and its bound for a right sampler. */
export function chiSquare(
  indices: readonly number[],
  probabilities: ArrayLike<number>,
): { value: number; bound: number } {
  const counts = new Float64Array(probabilities.length);
  for (const index of indices) counts[index]!++;
  const cells = Array.from(probabilities, (p, i) => ({ expected: p * indices.length, found: counts[i]! }));
  const rare = cells.filter(({ expected }) => expected < 10);
  const joined = rare.reduce(
    (sum, cell) => ({ expected: sum.expected + cell.expected, found: sum.found + cell.found }),
    { expected: 0, found: 0 },
  );
  const kept = [...cells.filter(({ expected }) => expected >= 10), ...(joined.expected > 1 ? [joined] : [])];
  const value = kept.reduce((sum, { expected, found }) => sum + (found - expected) ** 2 / expected, 0);
  return { value, bound: kept.length + 4.5 * Math.sqrt(2 * kept.length) };
}
