import type { StepSampler } from './step-sampler.ts';

/** Milliseconds after which others get their turn. */
const BREATH = 30;

/** Steps that rings take before the clock is asked; more when they were fast. */
const FIRST_CHUNK = 16;

/** What becomes of the steps of signals that are drawn together. */
export interface DrawTogether {
  readonly count: number;
  readonly time: number;
  /** Full passes take so long that every step is a chunk of its own. */
  readonly isCached: boolean;
  /** Takes the levels of some steps, `[steps, count]`, the first of them `step`. */
  readonly keep: (levels: Float32Array, step: number) => void;
  /** Called now and then, and at the end, with the steps that are done. */
  readonly breathe: (steps: number) => Promise<void>;
}

/** Draws all steps of several signals, and lets others have their turn. */
export async function drawTogether(
  sampler: StepSampler,
  { count, time, isCached, keep, breathe }: DrawTogether,
): Promise<void> {
  let breath = performance.now();
  let chunk = isCached ? FIRST_CHUNK : 1;
  for (let step = 0; step < time;) {
    const drawn = await sampler.next(Math.min(chunk, time - step));
    keep(drawn, step);
    step += drawn.length / count;
    const spent = performance.now() - breath;
    if (isCached && spent < BREATH / 4) chunk *= 2;
    if (spent < BREATH && step < time) continue;
    await breathe(step);
    breath = performance.now();
  }
}
