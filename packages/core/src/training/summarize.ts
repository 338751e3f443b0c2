/** Statistics of scores: a mean alone hides that a handful of rows can sink it. */
export interface ScoreSummary {
  /** Mean over all rows, nats. */
  readonly mean: number;
  /** Standard deviation (n − 1) over √n; 0 for a single row. */
  readonly standardError: number;
  readonly median: number;
  /** The lowest score. */
  readonly worst: number;
  /** Its row, from 0. */
  readonly worstRow: number;
  /** Mean without the ten lowest scores; null for ten rows or fewer. */
  readonly meanWithoutWorst10: number | null;
}

/** Statistics of at least one score, in float64. */
export function summarize(scores: ArrayLike<number>): ScoreSummary {
  const values = Float64Array.from(scores);
  const rows = values.length;
  let worstRow = 0;
  // NaN counts as the worst: it must not hide behind a comparison.
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(values[worstRow]!)) break;
    if (Number.isNaN(values[row]!) || values[row]! < values[worstRow]!) worstRow = row;
  }
  const worst = values[worstRow]!;
  const mean = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const sorted = values.sort();
  return {
    mean,
    standardError: rows < 2 ? 0 : Math.sqrt(squares / (rows - 1) / rows),
    median: (sorted[Math.floor((rows - 1) / 2)]! + sorted[Math.floor(rows / 2)]!) / 2,
    worst,
    worstRow,
    meanWithoutWorst10: rows > 10 ? meanOf(sorted.subarray(10)) : null,
  };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
