import { FlowzooError, Random } from '@flowzoo/core';
import { assertKnownKeys, assertSeed, assertWholeNumber } from '../common/check.ts';
import { logSumExp } from '../common/log-sum-exp.ts';

/** A categorical distribution: probabilities, or their logarithms, up to one constant factor. */
export type CategoricalWeights = { readonly weights: ArrayLike<number> } | { readonly logWeights: ArrayLike<number> };

/**
 * The cumulative distribution of categories; the last entry is exactly 1.
 *
 * @throws E_OPTION naming the category whose weight is negative, NaN or infinite; when there is none, or all are zero
 */
export function cumulativeProbabilities(categorical: CategoricalWeights): Float64Array {
  const weights = 'weights' in categorical ? categorical.weights : fromLogarithms(categorical.logWeights);
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Infinity)) {
      throw new FlowzooError('E_OPTION', 'the weight of a category must be a finite number, 0 or more', {
        at: `category ${i}`,
        found: String(weight),
      });
    }
    total += weight;
    cumulative[i] = total;
  }
  if (!(total > 0 && total < Infinity)) {
    throw new FlowzooError('E_OPTION', 'the weights of a categorical distribution must have a sum above 0', {
      at: 'weights',
      found: weights.length === 0 ? 'no category' : `sum ${total}`,
    });
  }
  for (let i = 0; i < cumulative.length; i++) cumulative[i] = cumulative[i]! / total;
  return cumulative;
}

/**
 * The smallest category whose cumulative probability exceeds u: the inverse of the cumulative distribution, by bisection.
 * A category of probability 0 is never the answer.
 */
export function invertCategorical(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * `count` categories by inversion of the cumulative distribution at seeded uniforms: the same on every backend, which
 * `tf.multinomial` is not.
 *
 * @throws E_OPTION about weights, count and seed
 *
 * @example
 * const faces = sampleCategorical({ weights: [1, 1, 2] }, { count: 100, seed: 3 }); // Int32Array of 0, 1, 2
 */
export function sampleCategorical(
  categorical: CategoricalWeights,
  options: { readonly count: number; readonly seed?: number | string },
): Int32Array {
  assertKnownKeys(options, ['count', 'seed']);
  assertWholeNumber('count', options.count, 0);
  assertSeed('seed', options.seed ?? 0);
  const cumulative = cumulativeProbabilities(categorical);
  const random = new Random(options.seed ?? 0);
  return Int32Array.from({ length: options.count }, () => invertCategorical(cumulative, random.uniform()));
}

function fromLogarithms(logWeights: ArrayLike<number>): Float64Array {
  const bad = Array.prototype.findIndex.call(logWeights, (value: number) => Number.isNaN(value) || value === Infinity);
  if (bad >= 0) {
    throw new FlowzooError('E_OPTION', 'the log-weight of a category must be a number below infinity', {
      at: `category ${bad}`,
      found: String(logWeights[bad]),
    });
  }
  const total = logSumExp(logWeights);
  if (total === -Infinity) return new Float64Array(logWeights.length);
  return Float64Array.from(logWeights, (value) => Math.exp(value - total));
}
