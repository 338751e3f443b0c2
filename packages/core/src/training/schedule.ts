/** A resolved learning-rate schedule. */
export interface ScheduleSettings {
  readonly type: 'constant' | 'cosine' | 'exponential';
  /** Steps of linear warm-up. */
  readonly warmup: number;
  /** Cosine: the fraction of the peak that is reached at the last step. */
  readonly finalFraction: number;
  /** Exponential: the factor per step after the warm-up. */
  readonly decayRate: number;
}

/**
 * The factor on the learning rate at a step, counted from 0.
 *
 * Warm-up: (t + 1)/w for t < w. After it, with s = t − w steps gone of S: constant 1; exponential rˢ; cosine
 * f + (1 − f)(1 + cos(π s/S))/2 (Loshchilov & Hutter 2017, eq. 5), f = `finalFraction`.
 */
export function scheduleFactor(schedule: ScheduleSettings, step: number, steps: number): number {
  const { type, warmup, finalFraction, decayRate } = schedule;
  if (step < warmup) return (step + 1) / warmup;
  const gone = step - warmup;
  if (type === 'constant') return 1;
  if (type === 'exponential') return decayRate ** gone;
  const progress = Math.min(1, gone / Math.max(1, steps - warmup));
  return finalFraction + ((1 - finalFraction) * (1 + Math.cos(Math.PI * progress))) / 2;
}
