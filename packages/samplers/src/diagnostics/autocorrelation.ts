import { assertWholeNumber } from '../common/check.ts';

/**
 * Autocorrelations ρ₀ = 1, ρ₁, … of one chain up to a lag, with divisor n (biased, so that they stay in [−1, 1]).
 *
 * A chain that never moves has no autocorrelation: NaN.
 *
 * @throws E_OPTION for a lag beyond the chain
 *
 * @example
 * const [, rho1] = autocorrelation(trace, { maximumLag: 1 });
 */
export function autocorrelation(
  values: ArrayLike<number>,
  options: { readonly maximumLag?: number } = {},
): Float64Array {
  const maximumLag = options.maximumLag ?? Math.max(0, values.length - 1);
  assertWholeNumber('values.length', values.length, 1);
  assertWholeNumber('values.length - maximumLag', values.length - maximumLag, 1);
  assertWholeNumber('maximumLag', maximumLag, 0);
  const centred = centre(values);
  const variance = autocovariance(centred, 0);
  return Float64Array.from({ length: maximumLag + 1 }, (_, lag) => autocovariance(centred, lag) / variance);
}

/** The values less their mean. */
export function centre(values: ArrayLike<number>): Float64Array {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  return Float64Array.from(values, (value) => value - mean);
}

/** Σᵢ cᵢ cᵢ₊ₗ / n of centred values. */
export function autocovariance(centred: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = 0; i + lag < centred.length; i++) sum += centred[i]! * centred[i + lag]!;
  return sum / centred.length;
}
