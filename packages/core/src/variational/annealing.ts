import { assertKnownKeys, factor, option, share } from '../training/check-option.ts';

/** How the target's weight β grows to 1 while fitting. */
export interface AnnealingOptions {
  /** β of the first step, in (0, 1]. Default: 0.01. */
  readonly start?: number | undefined;
  /** Fraction of the steps after which β stays 1; 0 is no annealing. Default: 0.5. */
  readonly fraction?: number | undefined;
}

/** A resolved annealing. */
export interface AnnealingSettings {
  readonly start: number;
  readonly fraction: number;
}

/**
 * The inverse temperature of a step, counted from 0 of T: β = min(1, β₀ + (1 − β₀) t/(φ T)), β₀ = `start`,
 * φ = `fraction` (Rezende & Mohamed 2015, section 6.1, where β₀ is 0.01 and the growth is linear as well).
 *
 * A target of several modes is nearly flat at first, so that the flow spreads over all of them before it commits.
 *
 * @example
 * annealedBeta({ start: 0.01, fraction: 0.5 }, 0, 1000); // 0.01
 */
export function annealedBeta(annealing: AnnealingSettings | null, step: number, steps: number): number {
  if (annealing === null) return 1;
  const { start, fraction } = annealing;
  const length = fraction * steps;
  return step >= length ? 1 : start + ((1 - start) * step) / length;
}

/** @throws E_OPTION naming the option */
export function resolveAnnealing(annealing: AnnealingOptions | null | undefined): AnnealingSettings | null {
  if (annealing === null) return null;
  assertKnownKeys('annealing', annealing ?? {}, ['start', 'fraction']);
  return {
    start: option('annealing.start', annealing?.start, 0.01, factor),
    fraction: option('annealing.fraction', annealing?.fraction, 0.5, share),
  };
}
