import * as tf from '@tensorflow/tfjs';
import { formatUncertain, type DataTable } from '@flowzoo/cli';
import { bitsPerDimension, evaluate, isFlow, sizeOf, type FlowModel, type Model } from '@flowzoo/core';
import { encodeCentres } from '@flowzoo/layers-glow';

/** What a preset does on real rows, measured now. */
export interface Measurement {
  readonly name: string;
  readonly rows: number;
  /** Mean log-likelihood with its standard error. */
  readonly nats: string;
  /** `exact` or `lower bound`. */
  readonly kind: string;
  /** Bits per dimension of discrete data with their standard error. */
  readonly bits: string | null;
  readonly scoresPerSecond: number;
  readonly samplesPerSecond: number;
  /** Largest |decode(encode(x)) − x|; null for models without latents. */
  readonly roundTrip: number | null;
}

/** Scores all rows, draws samples, and goes to the latents and back. */
export async function measure(
  name: string,
  model: Model,
  data: DataTable,
  { samples: count = 1000 }: { readonly samples?: number } = {},
): Promise<Measurement> {
  const scoring = performance.now();
  const scores = await evaluate(model, data);
  const sampling = performance.now();
  const samples = await model.sample(count, { seed: 1 });
  await samples.data();
  const end = performance.now();
  samples.dispose();
  const dimensions = sizeOf(model.eventShape);
  const { mean, standardError, bitsPerDimension: bits } = scores;
  const error = Math.abs(bitsPerDimension(standardError, { dimensions }));
  return {
    name,
    rows: scores.rows,
    nats: formatUncertain(mean, standardError),
    kind: scores.bound ? 'lower bound' : 'exact',
    bits: bits === null ? null : formatUncertain(bits, error),
    scoresPerSecond: (1000 * scores.rows) / (sampling - scoring),
    samplesPerSecond: (1000 * count) / (end - sampling),
    roundTrip: isFlow(model) ? await roundTripError(model as FlowModel, data) : null,
  };
}

async function roundTripError(flow: FlowModel, data: DataTable): Promise<number> {
  const error = tf.tidy(() => {
    const x = tf.tensor(data.values, [...data.shape]);
    return tf.max(tf.abs(tf.sub(flow.decode(encodeCentres(flow, x)), x)));
  });
  const [largest] = await error.data();
  error.dispose();
  return largest!;
}
