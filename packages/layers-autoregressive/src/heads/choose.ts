/** Where {@link choose} finds its logits. */
export interface Choice {
  readonly logits: Float32Array;
  /** The first of them. */
  readonly start: number;
  readonly count: number;
  /** On (0, 1). */
  readonly uniform: number;
  /** Divides the logits; 0 takes the largest. */
  readonly temperature: number;
}

/**
 * A draw from softmax(logits / temperature) by inversion: the first k whose cumulative probability exceeds the uniform,
 * in float64.
 */
export function choose({ logits, start, count, uniform, temperature }: Choice): number {
  let best = 0;
  for (let k = 1; k < count; k++) if (logits[start + k]! > logits[start + best]!) best = k;
  if (temperature === 0) return best;
  const top = logits[start + best]!;
  let total = 0;
  for (let k = 0; k < count; k++) total += Math.exp((logits[start + k]! - top) / temperature);
  let left = uniform * total;
  for (let k = 0; k < count; k++) {
    left -= Math.exp((logits[start + k]! - top) / temperature);
    if (left < 0) return k;
  }
  // Rounding may leave a last crumb; the most likely level is never of probability zero.
  return best;
}
