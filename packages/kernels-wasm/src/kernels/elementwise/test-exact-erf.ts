/** The error function in float64: its series near 0, the continued fraction of erfc farther out. */
export function exactErf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (!(a >= 2.5)) return series(x);
  let fraction = 0;
  for (let k = 80; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (sum * 2) / Math.sqrt(Math.PI);
}
