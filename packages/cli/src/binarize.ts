import { binarizeRows, FlowzooError, Random } from '@flowzoo/core';
import type { DataTable } from './data/index.ts';

/** How grey pixels become 0 or 1: 1 with probability v / 255, or when v is above the middle. */
export type Binarization = 'dynamic' | 'threshold';

/** The value that is always 1. */
export const WHITE = 255;

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
  throw new FlowzooError('E_OUT_OF_DOMAIN', 'only grey levels can be binarized', {
    at: path,
    expected: `whole numbers 0 … ${WHITE}`,
    found: String(values[bad]),
  });
}
