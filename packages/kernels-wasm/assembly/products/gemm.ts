import { packPanels, packRows, packSixteenRows } from './pack';
import { tile } from './tile';
import { matrixTimesVector, vectorTimesMatrix } from './vector-product';

/** Steps of the sum in one block: a panel of eight columns (8 KB) and four rows (4 KB) stay in the L1 cache. */
const INNER_BLOCK: usize = 256;
/** Columns in one block: its panels stay in the L2 cache. */
const COLUMN_BLOCK: usize = 512;
/** Rows in one block, for those that are packed: they stay in the L2 cache beside the panels. */
const ROW_BLOCK: usize = 240;
/** A tile that is made here first, because less than its eight columns are wanted. */
const NARROW_BYTES: usize = 128;
/** With fewer rows than this, packing b costs more than it gives. */
const FEWEST_ROWS_TO_PACK: usize = 12;

/**
 * c[i, j] = Σₖ a[i, k] b[k, j] (+ addend[i, j]) of float32 matrices with any strides, i < rows, j < columns, k < inner.
 * Strides count elements: a[i, k] is at `a + 4 (i aRowStride + k aColumnStride)`, so swapping the two transposes;
 * the columns of c and of the addend lie side by side. `addend` 0 means none; a bias has addendRowStride 0; `c` itself
 * (with cRowStride) accumulates. c is read only where it is the addend, and must overlap neither a nor b.
 * No inner steps leave zeros or the addend.
 *
 * @param space Working memory of {@link gemmSpace} bytes, aligned to 16.
 */
export function gemm(
  a: usize,
  aRowStride: usize,
  aColumnStride: usize,
  b: usize,
  bRowStride: usize,
  bColumnStride: usize,
  c: usize,
  cRowStride: usize,
  addend: usize,
  addendRowStride: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  space: usize,
): void {
  if (rows == 0 || columns == 0) return;
  const cRow = cRowStride << 2;
  const addendRow = addendRowStride << 2;
  if (inner == 0) return fill(c, cRow, addend, addendRow, rows, columns);
  const aRow = aRowStride << 2;
  const aColumn = aColumnStride << 2;
  const bRow = bRowStride << 2;
  const bColumn = bColumnStride << 2;
  const blocks = (inner + INNER_BLOCK - 1) / INNER_BLOCK;
  const innerBlock = (inner + blocks - 1) / blocks;
  for (let j: usize = 0; j < columns; j += COLUMN_BLOCK) {
    const width = min(columns - j, COLUMN_BLOCK);
    const cBlock = c + (j << 2);
    let from = addend != 0 ? addend + (j << 2) : 0;
    let fromRow = addendRow;
    for (let k: usize = 0; k < inner; k += innerBlock) {
      const steps = min(inner - k, innerBlock);
      const bBlock = b + k * bRow + j * bColumn;
      const aBlock = a + k * aColumn;
      const bSteps = bRow == 4 || steps == 1;
      const aSteps = aColumn == 4 || steps == 1;
      if (rows == 1 && bColumn == 4) {
        vectorTimesMatrix(aBlock, aColumn, bBlock, bRow, cBlock, from, width, steps);
      } else if (rows == 1 && aSteps && bSteps) {
        matrixTimesVector(bBlock, bColumn, aBlock, cBlock, 4, from, 4, width, steps);
      } else if (columns == 1 && aSteps && bSteps) {
        matrixTimesVector(aBlock, aRow, bBlock, cBlock, cRow, from, fromRow, rows, steps);
      } else if (columns == 1 && aRow == 4 && cRow == 4 && (from == 0 || fromRow == 4)) {
        vectorTimesMatrix(bBlock, bRow, aBlock, aColumn, cBlock, from, rows, steps);
      } else if (rows < FEWEST_ROWS_TO_PACK && bColumn == 4) {
        unpackedBlock(aBlock, aRow, aColumn, bBlock, bRow, cBlock, cRow, from, fromRow, rows, width, steps, space);
      } else {
        const panels = space + NARROW_BYTES;
        const rowSpace = panels + panelBytes(width, steps);
        packPanels(bBlock, bRow, bColumn, steps, width, panels);
        for (let i: usize = 0; i < rows; i += ROW_BLOCK) {
          const height = min(rows - i, ROW_BLOCK);
          const aPart = aBlock + i * aRow;
          const cPart = cBlock + i * cRow;
          const fromPart = from != 0 ? from + i * fromRow : 0;
          if (aColumn == 4) {
            panelBlock(aPart, aRow, 4, false, panels, cPart, cRow, fromPart, fromRow, height, width, steps, space);
          } else {
            packBlock(aPart, aRow, aColumn, height, steps, rowSpace);
            panelBlock(rowSpace, 0, 0, true, panels, cPart, cRow, fromPart, fromRow, height, width, steps, space);
          }
        }
      }
      // The further blocks of the sum add to what the first has written.
      from = cBlock;
      fromRow = cRow;
    }
  }
}

/** Bytes of working memory that {@link gemm} needs: less than 0.8 MB whatever the size. */
export function gemmSpace(rows: usize, columns: usize, inner: usize): usize {
  const steps = min(inner, INNER_BLOCK);
  return NARROW_BYTES + panelBytes(min(columns, COLUMN_BLOCK), steps) + ((min(rows, ROW_BLOCK) * steps) << 2);
}

@inline
function panelBytes(columns: usize, steps: usize): usize {
  return ((columns + 7) >> 3) * (steps << 5);
}

/** Rows of the next tile: four, but no single row at the end, where a tile would wait for its own sums. */
@inline
function tileRows(left: usize): usize {
  return left == 5 ? 3 : min(left, 4);
}

/** All tiles of a block: a panel of b stays in the L1 cache while the rows of a pass by. */
function panelBlock(
  a: usize,
  aRow: usize,
  aStep: usize,
  packed: bool,
  panels: usize,
  c: usize,
  cRow: usize,
  from: usize,
  fromRow: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  narrow: usize,
): void {
  for (let j: usize = 0; j < columns; j += 8) {
    const width = min(columns - j, 8);
    const at = j << 2;
    let i: usize = 0;
    do {
      const height = tileRows(rows - i);
      const aTile = packed ? a + ((i * inner) << 2) : a + i * aRow;
      const row = packed ? 4 : aRow;
      const step = packed ? height << 2 : aStep;
      const cTile = c + i * cRow + at;
      const fromTile = from != 0 ? from + i * fromRow + at : 0;
      if (width == 8) tile(height, aTile, row, step, panels, 32, inner, cTile, cRow, fromTile, fromRow);
      else narrowTile(height, aTile, row, step, panels, inner, cTile, cRow, fromTile, fromRow, width, narrow);
      i += height;
    } while (i < rows);
    panels += inner << 5;
  }
}

/** The tiles of a block of few rows: b is read where it is, but for the last columns, which would be read too far. */
function unpackedBlock(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  from: usize,
  fromRow: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  space: usize,
): void {
  const rest = columns & 7;
  const whole = columns - rest;
  const panel = space + NARROW_BYTES;
  if (rest > 0) packPanels(b + (whole << 2), bRow, 4, inner, rest, panel);
  let i: usize = 0;
  do {
    const height = tileRows(rows - i);
    const aTile = a + i * aRow;
    const cTile = c + i * cRow;
    const fromTile = from != 0 ? from + i * fromRow : 0;
    for (let at: usize = 0; at < whole << 2; at += 32) {
      const fromHere = from != 0 ? fromTile + at : 0;
      tile(height, aTile, aRow, aStep, b + at, bRow, inner, cTile + at, cRow, fromHere, fromRow);
    }
    if (rest > 0) {
      const at = whole << 2;
      const fromHere = from != 0 ? fromTile + at : 0;
      narrowTile(height, aTile, aRow, aStep, panel, inner, cTile + at, cRow, fromHere, fromRow, rest, space);
    }
    i += height;
  } while (i < rows);
}

/** A tile of less than eight columns, by way of `narrow`: nothing beyond the matrix is touched. */
function narrowTile(
  rows: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  panel: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  from: usize,
  fromRow: usize,
  width: usize,
  narrow: usize,
): void {
  tile(rows, a, aRow, aStep, panel, 32, inner, narrow, 32, 0, 0);
  const bytes = width << 2;
  do {
    for (let at: usize = 0; at < bytes; at += 4) {
      const sum = load<f32>(narrow + at);
      store<f32>(c + at, from != 0 ? sum + load<f32>(from + at) : sum);
    }
    narrow += 32;
    c += cRow;
    if (from != 0) from += fromRow;
  } while (--rows != 0);
}

function packBlock(a: usize, aRow: usize, aStep: usize, rows: usize, inner: usize, to: usize): void {
  let i: usize = 0;
  if (aRow == 4) {
    // Whole cache lines: those of far rows would otherwise be fetched four times. Seventeen rows end in tiles of 3 and 2.
    for (; rows - i >= 16 && rows - i != 17; i += 16) packSixteenRows(a + (i << 2), aStep, inner, to + ((i * inner) << 2));
  }
  while (i < rows) {
    const height = tileRows(rows - i);
    packRows(a + i * aRow, aRow, aStep, height, inner, to + ((i * inner) << 2));
    i += height;
  }
}

function fill(c: usize, cRow: usize, addend: usize, addendRow: usize, rows: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++, c += cRow) {
    if (addend == 0) memory.fill(c, 0, columns << 2);
    else if (addend != c) memory.copy(c, addend, columns << 2);
    if (addend != 0) addend += addendRow;
  }
}
