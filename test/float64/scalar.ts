/** σ(x) = 1/(1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** log(1 + eˣ). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** erf x = 2/√π e^(−x²) Σₙ 2ⁿ x^(2n+1)/(2n+1)!!, a series of terms of one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** log Σ exp. */
export function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** exp(xᵢ)/Σ exp(xⱼ). */
export function softmax(values: readonly number[]): number[] {
  const total = logSumExp(values);
  return values.map((value) => Math.exp(value - total));
}
