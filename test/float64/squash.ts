import { sigmoid } from './scalar.ts';

/** The options that bound a raw parameter. */
export interface SquashConfig {
  readonly gain: number;
  readonly squash: string;
  readonly bound: number | null;
}

/** Bounds r by B: the table of the option `squash`; 0.636 is FrEIA's constant in place of 2/π. */
export function squashed(r: number, squash: string, bound: number): number {
  switch (squash) {
    case 'none':
      return r;
    case 'softclip':
      return r / (1 + Math.abs(r / bound));
    case 'tanh':
      return bound * Math.tanh(r / bound);
    case 'tanh-amplitude':
      return bound * Math.tanh(r);
    case 'atan-amplitude':
      return bound * 0.636 * Math.atan(r);
    case 'sigmoid-amplitude':
      return bound * (2 * sigmoid(r) - 1);
    case 'clip':
      return Math.min(Math.max(r, -bound), bound);
    default:
      throw new Error(`the float64 reference does not know the squash "${squash}"`);
  }
}
