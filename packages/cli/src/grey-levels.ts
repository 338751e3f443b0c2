import { binarizeRows, FlowzooError, Random } from '@flowzoo/core';
import type { DataTable } from './data/index.ts';

/** How grey pixels become 0 or 1: 1 with probability v / 255, or when v is above the middle. */
export type Binarization = 'dynamic' | 'threshold';

/** The value that is always 1. */
export const WHITE = 255;

/** What becomes of grey pixels before a model sees them. */
export interface GreyOptions {
  readonly binarize?: Binarization;
  /** The highest bits that are kept, 1 … 7. */
  readonly bits?: number;
}

/** @throws E_OPTION when both are asked for, or there are not so many bits */
export function assertGreyOptions({ binarize, bits }: GreyOptions): void {
  if (bits === undefined) return;
  if (bits > 7) {
    throw new FlowzooError('E_OPTION', 'bytes have eight bits', {
      at: '--bits',
      expected: 'a whole number, 1 … 7',
      found: String(bits),
      remedy: 'Leave --bits out to keep all eight',
    });
  }
  if (binarize === undefined) return;
  throw new FlowzooError('E_OPTION', 'pixels are binarized or lose bits, not both', {
    at: '--bits',
    found: `--bits ${bits} and --binarize ${binarize}`,
    remedy: '--bits 1 and --binarize threshold are the same',
  });
}

/** Rows of bytes v as their highest bits ⌊v / 2^(8−bits)⌋, as for the 5-bit images of Glow. */
export function withBits(table: DataTable, bits: number): DataTable {
  const step = 2 ** (8 - bits);
  return { ...table, values: Float32Array.from(table.values, (value) => Math.floor(value / step)) };
}

/** Rows of grey pixels as 0 and 1; `dynamic` draws them once, always the same. */
export function binarized(table: DataTable, how: Binarization): DataTable {
  const grey = Float32Array.from(table.values);
  const values =
    how === 'dynamic'
      ? binarizeRows(WHITE)(grey, new Random('binarize'))
      : grey.map((value) => (value > WHITE / 2 ? 1 : 0));
  return { ...table, values };
}

/** @throws E_OUT_OF_DOMAIN unless the values are bytes */
export function assertGrey(path: string, { values }: DataTable): void {
  const bad = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value > WHITE);
  if (bad < 0) return;
  throw new FlowzooError('E_OUT_OF_DOMAIN', 'only grey levels can be binarized or lose bits', {
    at: path,
    expected: `whole numbers 0 … ${WHITE}`,
    found: String(values[bad]),
  });
}
