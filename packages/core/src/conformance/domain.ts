import type { Random } from '../random/random.ts';

/**
 * Where the elements of data or latents live: the whole line, (0, 1), (0, ∞), the integers 0 … K − 1 (`integers:256`), or
 * an open interval.
 */
export type Domain =
  'real' | 'unit' | 'positive' | `integers:${number}` | { readonly low: number; readonly high: number };

/** The ends of a domain; infinite ones where it has none. */
export function boundsOf(domain: Domain): { readonly low: number; readonly high: number } {
  if (domain === 'real') return { low: -Infinity, high: Infinity };
  if (domain === 'positive') return { low: 0, high: Infinity };
  if (domain === 'unit') return { low: 0, high: 1 };
  if (typeof domain === 'string') return { low: 0, high: levelsOf(domain)! - 1 };
  return domain;
}

/** K of `integers:K`, null for the others. */
export function levelsOf(domain: Domain): number | null {
  return typeof domain === 'string' && domain.startsWith('integers:') ? Number(domain.slice(9)) : null;
}

/** `count` typical elements: standard normal, log-normal, or uniform a little inside the interval. */
export function drawFrom(domain: Domain, count: number, random: Random): Float32Array {
  if (domain === 'real') return random.normals(count);
  if (domain === 'positive') return random.normals(count).map((value) => Math.exp(0.75 * value));
  const levels = levelsOf(domain);
  if (levels !== null) return Float32Array.from({ length: count }, () => random.integer(levels));
  const { low, high } = boundsOf(domain);
  return random.uniforms(count).map((value) => low + (high - low) * (0.02 + 0.96 * value));
}

/** Elements at and near the ends: zero and tiny ones, the largest, and those a millionth inside an end. */
export function edgesOf(domain: Domain, largest: number): number[] {
  const levels = levelsOf(domain);
  if (levels !== null) return [0, levels - 1];
  if (domain === 'real') return [0, 1e-6, 10, 100, 1000, largest].filter((value) => value <= largest);
  if (domain === 'positive') return [1e-6, 1e-3, 1, Math.min(100, largest), largest];
  const { low, high } = boundsOf(domain);
  return [low + 1e-6 * (high - low), (low + high) / 2, high - 1e-6 * (high - low)];
}

/** Room around an element for a finite difference: how far it may move and stay inside. */
export function roomAt(domain: Domain, value: number): number {
  const { low, high } = boundsOf(domain);
  return Math.min(1, value - low, high - value);
}
