/** Knots that are dense where the samples are: their quantiles between two bounds, and evenly spaced ones between. */
export function adaptiveKnots(
  sorted: readonly number[],
  options: { readonly low: number; readonly high: number; readonly count: number },
): number[] {
  const { low, high, count } = options;
  const inside = sorted.filter((value) => value > low && value < high);
  const half = Math.floor(count / 2);
  const knots = [low, high];
  for (let i = 1; i < half; i++) {
    knots.push(low + ((high - low) * i) / half);
    if (inside.length > 0) knots.push(inside[Math.floor((i * inside.length) / half)]!);
  }
  return [...new Set(knots)].toSorted((a, b) => a - b);
}

/** Weights of the trapezoidal rule on uneven knots. */
export function trapezoidWeights(knots: readonly number[]): number[] {
  return knots.map((knot, i) => ((knots[i + 1] ?? knot) - (knots[i - 1] ?? knot)) / 2);
}

/** The value below which the given share of sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!;
}
