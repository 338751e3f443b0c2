/** f(t) = y, f increasing, in float64. */
export interface ScalarEquation {
  /** f(t) − y. */
  residual(t: number): number;
  /** f′(t) > 0. */
  slope(t: number): number;
}

/** Where the root lies, and where to begin. */
export interface ScalarBracket {
  readonly low: number;
  readonly high: number;
  readonly start: number;
}

const MAX_ITERATIONS = 100;
const TOLERANCE = 1e-13;

/**
 * The root of an increasing function: Newton steps inside a shrinking bracket, bisection where one would leave it or does
 * not halve the step before (Press et al., Numerical Recipes, section 9.4). NaN comes out where NaN went in.
 */
export function scalarRoot(equation: ScalarEquation, bracket: ScalarBracket): number {
  let { low, high, start: t } = bracket;
  let last = high - low;
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const residual = equation.residual(t);
    if (residual > 0) high = Math.min(high, t);
    else low = Math.max(low, t);
    let next = t - residual / equation.slope(t);
    const steady = next >= low && next <= high && Math.abs(next - t) <= 0.5 * last;
    if (!steady && residual !== 0) next = low + (high - low) / 2;
    last = Math.abs(next - t);
    t = next;
    if (!(last > TOLERANCE * (1 + Math.abs(t)))) break;
  }
  return t;
}
