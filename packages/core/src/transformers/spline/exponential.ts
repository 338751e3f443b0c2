/** 2 to the power of the index less 1100. */
const POWERS = Float64Array.from({ length: 2200 }, (_, i) => 2 ** (i - 1100));

/**
 * eˣ to a relative error of 1e-11, twice as fast as `Math.exp`: the softmax of a spline is most of its cost.
 *
 * x = k ln 2 + f with |f| ≤ ln 2 / 2, and eˣ = 2ᵏ eᶠ with nine terms of the series of eᶠ.
 */
export function exponential(x: number): number {
  if (!(x > -700 && x < 700)) return Math.exp(x);
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const f = x - k * Math.LN2;
  const high = 1 / 120 + f * (1 / 720 + f * (1 / 5040 + f * (1 / 40320 + f * (1 / 362880))));
  return POWERS[k + 1100]! * (1 + f * (1 + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * high)))));
}
