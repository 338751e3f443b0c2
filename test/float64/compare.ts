import { Random } from '@flowzoo/core';
import type { FlowModel } from '@flowzoo/core';
import type * as tf from '@tensorflow/tfjs';
import type { ReferenceFlow } from './evaluate.ts';
import { numbers, toContext, toRows, toTensor, untracked } from './rows.ts';

/** The contexts of rows; undefined each where a model takes none. */
export type Contexts = readonly (Float64Array | undefined)[];

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

/** log p of rows of data by a model and by its reference: for the same noise, where the model dequantizes. */
export function densities(
  model: FlowModel,
  reference: ReferenceFlow,
  rows: readonly Float64Array[],
  contexts: Contexts = rows.map(() => undefined),
): Densities {
  return untracked(() => {
    const x = toTensor(rows, model.eventShape);
    const random = new Random(5);
    model.setMode({ training: false, random });
    const found = numbers(model.logProb(x, toContext(contexts)));
    const noisy = reference.dequantization;
    // Streams fork by the names of parts: this is the noise of that layer, example after example.
    const width = rows[0]!.length;
    const drawn = random
      .fork(`layers.${noisy?.at}`)
      .fork('noise')
      .logistics(rows.length * width);
    const start = noisy?.noise === 'uniform' ? behind(model.layers.slice(0, noisy.at + 1), x) : rows;
    const expected = start.map((row, i) => {
      const noise = Float64Array.from(drawn.subarray(i * width, (i + 1) * width));
      return reference.logProb(row, { context: contexts[i], noise });
    });
    return { found, expected };
  });
}

function behind(layers: FlowModel['layers'], x: tf.Tensor): Float64Array[] {
  return toRows(layers.reduce((value, layer) => layer.inverse(value).value, x));
}

/** Draws of a model, and what the reference makes of the same latents. */
export interface Draws {
  readonly samples: Float64Array[];
  readonly expected: Float64Array[];
}

/** The same draws by both: exact samples of the model, and the reference's images of the latents that they come from. */
export async function draws(model: FlowModel, reference: ReferenceFlow, contexts: Contexts): Promise<Draws> {
  const context = toContext(contexts);
  const samples = await model.sample(contexts.length, context === undefined ? { seed: 1 } : { seed: 1, context });
  const latents = await model.base.sample(contexts.length, { seed: 1 });
  try {
    return {
      samples: toRows(samples),
      expected: toRows(latents).map((z, i) => reference.forward(z, contexts[i]).value),
    };
  } finally {
    context?.dispose();
    samples.dispose();
    latents.dispose();
  }
}
