import * as tf from '@tensorflow/tfjs';
import { formatUncertain, type DataTable } from '@flowzoo/cli';
import { bitsPerDimension, evaluate, sizeOf, type FlowModel } from '@flowzoo/core';

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
  /** Largest |decode(encode(x)) − x|. */
  readonly roundTrip: number;
}

/** Scores all rows, draws 1 000 samples, and goes to the latents and back. */
export async function measure(name: string, flow: FlowModel, data: DataTable): Promise<Measurement> {
  const scoring = performance.now();
  const scores = await evaluate(flow, data);
  const sampling = performance.now();
  const samples = await flow.sample(1000, { seed: 1 });
  await samples.data();
  const end = performance.now();
  samples.dispose();
  const dimensions = sizeOf(flow.eventShape);
  const bits = (nats: number): number => Math.abs(bitsPerDimension(nats, { dimensions }));
  return {
    name,
    rows: scores.rows,
    nats: formatUncertain(scores.mean, scores.standardError),
    kind: scores.bound ? 'lower bound' : 'exact',
    bits: scores.bound ? formatUncertain(bits(scores.mean), bits(scores.standardError)) : null,
    scoresPerSecond: (1000 * scores.rows) / (sampling - scoring),
    samplesPerSecond: 1_000_000 / (end - sampling),
    roundTrip: await roundTripError(flow, data),
  };
}

async function roundTripError(flow: FlowModel, data: DataTable): Promise<number> {
  const error = tf.tidy(() => {
    const x = tf.tensor(data.values, [...data.shape]);
    return tf.max(tf.abs(tf.sub(flow.decode(flow.encode(x)), x)));
  });
  const [largest] = await error.data();
  error.dispose();
  return largest!;
}
