import { FlowzooError } from '@flowzoo/core';

/** A generalized Pareto distribution on [0, ∞), or [0, −scale/shape] for a negative shape. */
export interface GeneralizedPareto {
  /** k: the 1/k-th moment is the first that does not exist; 0 is exponential. */
  readonly shape: number;
  /** σ > 0. */
  readonly scale: number;
}

/**
 * Fits a generalized Pareto distribution to values above 0, by the posterior mean of Zhang & Stephens 2009
 * (https://doi.org/10.1198/tech.2009.08017, eq. 6–9) in b = −k/σ.
 *
 * With θ(b) = mean log(1 − b xᵢ) the profile log-likelihood is ℓ(b) = n (log(−b/θ) − θ − 1), k = θ(b̂), σ = −k/b̂.
 * `regularize` draws k weakly towards ½, as if ten more values said so (Vehtari et al. 2024, appendix C).
 *
 * @throws E_OPTION for fewer than five values, or values that are not finite and above 0
 */
export function fitGeneralizedPareto(
  exceedances: ArrayLike<number>,
  options: { readonly regularize?: boolean } = {},
): GeneralizedPareto {
  const sorted = Float64Array.from(exceedances).sort();
  const count = sorted.length;
  if (count < 5 || !(sorted[0]! > 0) || !(sorted[count - 1]! < Infinity)) {
    throw new FlowzooError('E_OPTION', 'a tail is fitted to five or more finite values above 0', {
      at: 'exceedances',
      found: count < 5 ? `${count} values` : `values from ${sorted[0]!} to ${sorted[count - 1]!}`,
    });
  }
  const grid = priorGrid(sorted);
  const logLikelihoods = grid.map((b) => {
    const theta = meanLog(sorted, b);
    return count * (Math.log(-b / theta) - theta - 1);
  });
  const largest = logLikelihoods.reduce((a, b) => Math.max(a, b));
  let total = 0;
  let sum = 0;
  grid.forEach((b, i) => {
    const weight = Math.exp(logLikelihoods[i]! - largest);
    total += weight;
    sum += weight * b;
  });
  const mean = sum / total;
  const shape = meanLog(sorted, mean);
  const scale = -shape / mean;
  return { shape: options.regularize === true ? (count * shape + 5) / (count + 10) : shape, scale };
}

/** The quantile function σ ((1 − p)^−k − 1) / k; −σ log(1 − p) for k = 0. */
export function generalizedParetoQuantile({ shape, scale }: GeneralizedPareto, p: number): number {
  if (Math.abs(shape) < 1e-12) return -scale * Math.log1p(-p);
  return (scale * Math.expm1(-shape * Math.log1p(-p))) / shape;
}

/** Points of b where the prior has equal mass: its scale is the first quartile, its upper end 1 / the largest value. */
function priorGrid(sorted: Float64Array): number[] {
  const count = sorted.length;
  const points = 30 + Math.floor(Math.sqrt(count));
  const quartile = sorted[Math.max(0, Math.floor(count / 4 + 0.5) - 1)]!;
  return Array.from({ length: points }, (_, i) => {
    const b = 1 / sorted[count - 1]! + (1 - Math.sqrt(points / (i + 0.5))) / (3 * quartile);
    // At b = 0 the likelihood is a limit, 0/0 in numbers.
    return b === 0 ? Number.EPSILON / quartile : b;
  });
}

function meanLog(values: Float64Array, b: number): number {
  let sum = 0;
  for (const value of values) sum += Math.log1p(-b * value);
  return sum / values.length;
}
