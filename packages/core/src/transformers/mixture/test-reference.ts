import type { MixtureOptions } from './mixture-options.ts';

/** A mixture by the book, in float64: plain sums, no shared code; good where nothing underflows. */
export interface Reference {
  readonly weights: readonly number[];
  readonly locations: readonly number[];
  readonly scales: readonly number[];
  readonly gain: number;
  readonly shift: number;
}

/** Reads raw parameters for the default maps, and for `none` with a gain. */
export function readReference(kind: 'logistics' | 'gaussians', o: MixtureOptions, raw: readonly number[]): Reference {
  const K = o.components ?? 8;
  const total = raw.slice(0, K).reduce((sum, r) => sum + Math.exp(r), 0);
  const spread = K === 1 ? 0 : (o.spread ?? 0.5);
  const deviation = kind === 'logistics' ? Math.PI / Math.sqrt(3) : 1;
  const places = Array.from({ length: K }, (_, k) => k - (K - 1) / 2);
  const width = Math.sqrt(places.reduce((sum, place) => sum + place * place, 0) / K) || 1;
  const map = o.logScale ?? {};
  const logScale = (r: number): number =>
    map.squash === 'none' ? (map.gain ?? 1) * r : 3 * Math.tanh(((map.gain ?? 1) * r) / 3);
  const affine = (o.output ?? (kind === 'logistics' ? 'affine' : 'real')) === 'affine';
  return {
    weights: raw.slice(0, K).map((r) => Math.exp(r) / total),
    locations: raw.slice(K, 2 * K).map((r, k) => r + (spread * deviation * places[k]!) / width),
    scales: raw.slice(2 * K, 3 * K).map((r) => Math.exp(logScale(r)) * Math.sqrt(1 - spread * spread)),
    gain: affine ? Math.exp(2 * Math.tanh(raw[3 * K]! / 2)) : 1,
    shift: affine ? raw[3 * K + 1]! : 0,
  };
}

/** C(x), 1 − C(x) and log p(x); the last by a stable sum of logarithms. */
export function referenceAt(
  kind: 'logistics' | 'gaussians',
  { weights, locations, scales }: Reference,
  x: number,
): { readonly cdf: number; readonly survival: number; readonly logDensity: number } {
  const u = locations.map((location, k) => (x - location) / scales[k]!);
  const tail = kind === 'logistics' ? (v: number): number => 1 / (1 + Math.exp(v)) : normalTail;
  const logs = u.map((v, k) => {
    const own =
      kind === 'logistics'
        ? -Math.abs(v) - 2 * Math.log(1 + Math.exp(-Math.abs(v)))
        : -0.5 * v * v - 0.5 * Math.log(2 * Math.PI);
    return Math.log(weights[k]!) + own - Math.log(scales[k]!);
  });
  const largest = Math.max(...logs);
  return {
    cdf: u.reduce((sum, v, k) => sum + weights[k]! * tail(-v), 0),
    survival: u.reduce((sum, v, k) => sum + weights[k]! * tail(v), 0),
    logDensity: largest + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - largest), 0)),
  };
}

/** 1 − Φ(v) as the integral of the density, by Simpson's rule over the thinner side. */
export function normalTail(v: number): number {
  if (v < 0) return 1 - normalTail(-v);
  const cells = 2000;
  const h = 12 / (cells * (1 + v / 4));
  let sum = 0;
  for (let i = 0; i <= cells; i++) {
    const weight = i === 0 || i === cells ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-0.5 * (v + i * h) ** 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}
