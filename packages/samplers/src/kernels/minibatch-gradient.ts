import * as tf from '@tensorflow/tfjs';
import { sizeOf, type Shape } from '@flowzoo/core';
import { assertFunction, assertKnownKeys, assertWholeNumber, impossible } from '../common/check.ts';
import { assertEventShape } from '../common/positions.ts';
import { tensorTarget } from '../targets/tensor-target.ts';
import type { StochasticGradient } from './stochastic-gradient-langevin.ts';

/** Options of {@link minibatchGradient}. */
export interface MinibatchGradientOptions {
  /** Shape of the parameters of one chain. */
  readonly eventShape: Shape;
  /** N, the rows of the data. */
  readonly rows: number;
  /** n, the rows of one estimate, drawn without replacement; all chains of a step share them. */
  readonly batchSize: number;
  /** log p(θ), `[chains, ...eventShape]` → `[chains]`, nats. */
  readonly logPrior: (theta: tf.Tensor) => tf.Tensor;
  /** Σ log p(rowᵢ | θ) over the given rows, `[chains]`, nats. */
  readonly logLikelihood: (theta: tf.Tensor, rows: Int32Array) => tf.Tensor;
}

/**
 * The stochastic gradient ∇log p(θ) + (N/n) Σ ∇log p(xᵢ|θ) of a posterior over n of N rows (Welling & Teh 2011, eq. 4).
 *
 * @throws E_OPTION; when called E_BATCH for a log-density that is not `[chains]`
 *
 * @example
 * const gradient = minibatchGradient({
 *   eventShape: [1],
 *   rows: data.length,
 *   batchSize: 32,
 *   logPrior: (theta) => tf.squeeze(tf.mul(-0.5, tf.square(theta)), [1]),
 *   logLikelihood: (theta, rows) => {
 *     const batch = tf.tensor2d(Array.from(rows, (row) => data[row]!), [1, rows.length]);
 *     return tf.sum(tf.mul(-0.5, tf.square(tf.sub(theta, batch))), 1);
 *   },
 * });
 */
export function minibatchGradient(options: MinibatchGradientOptions): StochasticGradient {
  assertKnownKeys(options, ['eventShape', 'rows', 'batchSize', 'logPrior', 'logLikelihood']);
  const { eventShape, rows, batchSize, logPrior, logLikelihood } = options;
  assertEventShape(eventShape);
  assertWholeNumber('rows', rows, 1);
  assertWholeNumber('batchSize', batchSize, 1);
  if (batchSize > rows) throw impossible('batchSize', batchSize, `at most the ${rows} rows`);
  assertFunction('logPrior', logPrior);
  assertFunction('logLikelihood', logLikelihood);
  return async (positions, { random }) => {
    const chosen = random.permutation(rows).slice(0, batchSize);
    const posterior = tensorTarget({
      eventShape,
      logDensity: (theta) => tf.add(logPrior(theta), tf.mul(rows / batchSize, logLikelihood(theta, chosen))),
    });
    const points = { ...positions, size: sizeOf(eventShape) };
    return (await posterior.evaluate(points, { gradient: true })).gradient!;
  };
}
