import type { FlowModel } from '@flowzoo/core';
import type { ReferenceFlow } from './evaluate.ts';
import { numbers, toRows, toTensor, untracked } from './rows.ts';

/** |a − b| / max(1, |b|). */
export function deviation(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
}

/** The largest deviation of any number in any row; NaN if one is NaN. */
export function worst(actual: readonly Float64Array[], expected: readonly Float64Array[]): number {
  return Math.max(...actual.flatMap((row, i) => Array.from(row, (value, j) => deviation(value, expected[i]![j]!))));
}

/** The largest |a − b| of any pair. */
export function furthest(actual: readonly number[], expected: readonly number[]): number {
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
}

/** log p by both, and how far they are apart, nats. */
export interface Densities {
  readonly found: readonly number[];
  readonly expected: readonly number[];
}

/** log p of rows of data by a model and by its reference, which starts behind the model's own dequantization. */
export function densities(model: FlowModel, reference: ReferenceFlow, rows: readonly Float64Array[]): Densities {
  return untracked(() => {
    const x = toTensor(rows, model.eventShape);
    const found = numbers(model.logProb(x));
    const continuous = reference.levels === null ? rows : toRows(model.layers[0]!.inverse(x).value);
    return { found, expected: continuous.map((row) => reference.logProb(row)) };
  });
}

/** Draws of a model, and what the reference makes of the same latents. */
export interface Draws {
  readonly samples: Float64Array[];
  readonly expected: Float64Array[];
}

/** The same draws by both: exact samples of the model, and the reference's images of the latents that they come from. */
export async function draws(model: FlowModel, reference: ReferenceFlow, count: number): Promise<Draws> {
  const samples = await model.sample(count, { seed: 1 });
  const latents = await model.base.sample(count, { seed: 1 });
  try {
    return {
      samples: toRows(samples),
      expected: toRows(latents).map((z) => reference.forward(z).value),
    };
  } finally {
    samples.dispose();
    latents.dispose();
  }
}
