/** log √(2π). */
export const LOG_ROOT_TWO_PI: number = 0.5 * Math.log(2 * Math.PI);

/** a = CENTRE (1 + t)/(1 − t) maps t in [−1, 1) to the half line on which the Mills ratio is approximated. */
export const MILLS_CENTRE = 4;

/**
 * Coefficients of m(a)·(a + {@link MILLS_CENTRE}) in Chebyshev polynomials of t, made once from the power series of Φ near
 * 0 and its continued fraction further out. Twenty terms are within 1e-12 on the whole half line, twelve within 1e-8.
 */
export const MILLS_COEFFICIENTS: readonly number[] = chebyshevOfMills(20, 64);

/**
 * The Mills ratio of the normal distribution m(a) = Φ(−a)/φ(a), a ≥ 0, to a relative error of 1e-12.
 *
 * It falls like 1/a where Φ(−a) itself underflows, so log Φ(−a) = log φ(a) + log m(a) never does.
 */
export function millsRatio(a: number): number {
  const t = (a - MILLS_CENTRE) / (a + MILLS_CENTRE);
  const twice = 2 * t;
  let first = 0;
  let second = 0;
  for (let k = MILLS_COEFFICIENTS.length - 1; k > 0; k--) {
    const next = MILLS_COEFFICIENTS[k]! + twice * first - second;
    second = first;
    first = next;
  }
  return (MILLS_COEFFICIENTS[0]! + t * first - second) / (a + MILLS_CENTRE);
}

/** log Φ(u), accurate in both tails. */
export function logNormalCdf(u: number): number {
  if (u < 0) return -0.5 * u * u - LOG_ROOT_TWO_PI + Math.log(millsRatio(-u));
  return Math.log1p(-Math.exp(-0.5 * u * u - LOG_ROOT_TWO_PI) * millsRatio(u));
}

/**
 * The distance q ≥ 0 behind which a tail of the given logarithm begins: log Φ(−q) = logTail, logTail ≤ log ½.
 *
 * Newton's method on log Φ, which is concave: from √(−2 log(2 tail)), which lies right of the root because
 * Φ(−q) ≤ ½ exp(−q²/2), every step stays on that side. In the logarithm there is no tail too thin.
 */
export function normalTailQuantile(logTail: number): number {
  let q = Math.sqrt(Math.max(-2 * (logTail + Math.LN2), 0));
  for (let i = 0; i < 50; i++) {
    const ratio = millsRatio(q);
    const step = (-0.5 * q * q - LOG_ROOT_TWO_PI + Math.log(ratio) - logTail) * ratio;
    q = Math.max(q + step, 0);
    if (!(Math.abs(step) > 1e-11 * (1 + q))) break;
  }
  return q;
}

function chebyshevOfMills(terms: number, nodes: number): number[] {
  const angles = Array.from({ length: nodes }, (_, j) => (Math.PI * (j + 0.5)) / nodes);
  const values = angles.map((angle) => {
    const t = Math.cos(angle);
    const a = (MILLS_CENTRE * (1 + t)) / (1 - t);
    return slowMillsRatio(a) * (a + MILLS_CENTRE);
  });
  return Array.from({ length: terms }, (_, k) => {
    const sum = values.reduce((total, value, j) => total + value * Math.cos(k * angles[j]!), 0);
    return ((k === 0 ? 1 : 2) * sum) / nodes;
  });
}

/** Abramowitz & Stegun, Handbook of Mathematical Functions, chapter 26: the series below 3, the continued fraction above. */
function slowMillsRatio(a: number): number {
  if (a >= 3) {
    let fraction = 0;
    for (let k = 400; k >= 1; k--) fraction = k / (a + fraction);
    return 1 / (a + fraction);
  }
  let term = a;
  let series = a;
  for (let n = 1; n < 100; n++) {
    term *= (a * a) / (2 * n + 1);
    series += term;
  }
  return 0.5 * Math.exp(0.5 * a * a + LOG_ROOT_TWO_PI) - series;
}
