import { exp } from './float32.ts';

const { fround } = Math;

/** Where the logits of one draw are. */
export interface Choice {
  /** Address of the first. */
  readonly logits: number;
  /** A multiple of four. */
  readonly count: number;
  /** On (0, 1). */
  readonly uniform: number;
  /** A float32; 0 takes the largest. */
  readonly temperature: number;
}

/**
 * The first level whose cumulative probability exceeds the uniform, with the bits of assembly/wavenet/draw.ts. Chances are
 * written from `chances` on: float32, their sums float64.
 */
export function writeChoice(floats: Float32Array, chances: number, choice: Choice): number {
  const { logits, count, uniform, temperature } = choice;
  let best = 0;
  for (let k = 1; k < count; k++) if (floats[logits + k]! > floats[logits + best]!) best = k;
  if (temperature === 0) return best;
  const top = floats[logits + best]!;
  let [even, odd] = [0, 0];
  for (let k = 0; k < count; k += 4) {
    for (let i = k; i < k + 4; i++) {
      floats[chances + i] = exp(fround(fround(floats[logits + i]! - top) / temperature));
    }
    even += floats[chances + k]! + floats[chances + k + 2]!;
    odd += floats[chances + k + 1]! + floats[chances + k + 3]!;
  }
  let left = uniform * (even + odd);
  for (let k = 0; k < count; k++) {
    left -= floats[chances + k]!;
    if (left < 0) return k;
  }
  // Rounding may leave a last crumb; the most likely level is never of probability zero.
  return best;
}
