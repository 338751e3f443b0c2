import { fitGeneralizedPareto, generalizedParetoQuantile } from './generalized-pareto.ts';
import { assertLogWeights } from './weights.ts';

/** Importance weights after Pareto smoothing, and the diagnostic that it gives. */
export interface ParetoSmoothed {
  /** Log-weights whose tail is that of the fitted distribution, at the samples' places, nats. */
  readonly logWeights: Float64Array;
  /**
   * Pareto-k: below 0.5 the weights have a variance, below 0.7 estimates are reliable, above 1 they have no mean.
   * −∞ when the largest weights are all equal, ∞ when the tail has fewer than five samples.
   */
  readonly shape: number;
}

/**
 * Pareto-smoothed importance sampling: the M = min(S/5, 3√S) largest weights are replaced by the quantiles of a generalized
 * Pareto distribution fitted to them, cut at the largest raw weight.
 *
 * Vehtari, Simpson, Gelman, Yao, Gabry 2024, https://arxiv.org/abs/1507.02646, section 2 and eq. 8.
 *
 * @throws E_NOT_FINITE_LOSS, E_OPTION, as `normalizeLogWeights`
 *
 * @example
 * const { shape } = paretoSmooth(logWeights);
 * if (shape > 0.7) console.warn('the proposal misses the tails of the target');
 */
export function paretoSmooth(logWeights: ArrayLike<number>): ParetoSmoothed {
  assertLogWeights(logWeights);
  const values = Float64Array.from(logWeights);
  const count = values.length;
  const tail = Math.ceil(Math.min(count / 5, 3 * Math.sqrt(count)));
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const largest = values[order[count - 1]!]!;
  const tailOrder = order.slice(count - tail);
  if (tail < 5) return { logWeights: values, shape: Infinity };
  // Relative to the largest weight, so that nothing overflows.
  const cutoff = Math.exp(values[order[count - tail - 1]!]! - largest);
  const exceedances = tailOrder.map((index) => Math.exp(values[index]! - largest) - cutoff);
  if (!(1 - cutoff > 1e-12)) return { logWeights: values, shape: -Infinity };
  const positive = exceedances.filter((value) => value > 0);
  if (positive.length < 5) return { logWeights: values, shape: Infinity };
  const fitted = fitGeneralizedPareto(positive, { regularize: true });
  tailOrder.forEach((index, rank) => {
    const quantile = generalizedParetoQuantile(fitted, (rank + 0.5) / tail) + cutoff;
    values[index] = largest + Math.min(0, Math.log(quantile));
  });
  return { logWeights: values, shape: fitted.shape };
}
