/** One measured likelihood: of all rows of a split, by the command that stands beside it. */
export interface CardResult {
  /** Which rows: `power-hourly validation, 3 067 rows`. */
  readonly split: string;
  readonly rows: number;
  readonly metric: 'nats' | 'bits/dim' | 'bits/sample';
  readonly value: number;
  readonly standardError: number;
  /** True when the value bounds the likelihood (dequantized data), false when it is exact. */
  readonly bound: boolean;
  /** Nats of the row in the middle, of the worst row, and the mean without the ten worst; null where rows differ in size. */
  readonly median: number | null;
  readonly worst: number | null;
  readonly meanWithoutWorst10: number | null;
  /** The command that measured it. */
  readonly command: string;
}

/** What a preset says of itself: how it came about, what it reaches, how it departs from its paper. */
export interface Card {
  readonly name: string;
  readonly summary: string;
  readonly paper: { readonly title: string; readonly authors: string; readonly year: number; readonly url: string };
  readonly data: {
    readonly name: string;
    readonly licence: string;
    readonly source: string;
    readonly training: string;
    readonly validation: string;
    readonly evaluation: string;
  };
  readonly parameters: number;
  readonly training: {
    readonly command: string;
    readonly seed: number;
    readonly minutes: number;
    readonly machine: string;
    /** What else was tried, and what it gave on the validation rows. */
    readonly tried: readonly string[];
  };
  readonly results: readonly CardResult[];
  /** How it departs from the paper it is named after. */
  readonly deviations: readonly string[];
  /** What others reach on the same rows, or the paper on its own. */
  readonly comparison: readonly string[];
}
