import { transposeBlock } from '../shared/transpose';
import { copyWords } from './runs';

/** Rows of x that are read before the next columns: what they touch must stay in the first cache. */
const TILE: i32 = 64;

/**
 * y[i][j] = x[j][i] for 4-byte elements, i < columns, j < rows; the rows of x are `xRow`, those of y `yRow` bytes apart.
 */
@inline
export function transposeMatrix(x: usize, y: usize, rows: i32, columns: i32, xRow: usize, yRow: usize): void {
  const wholeColumns = columns & ~3;
  const wholeRows = rows & ~3;
  let from: i32 = 0;
  while (from < wholeRows) {
    const to = min(from + TILE, wholeRows);
    let column: i32 = 0;
    while (column + 8 <= wholeColumns) {
      let xBlock = x + <usize>from * xRow + ((<usize>column) << 2);
      let yBlock = y + <usize>column * yRow + ((<usize>from) << 2);
      let row = from;
      do {
        transposeBlock(xBlock, yBlock, xRow, yRow);
        transposeBlock(xBlock + 16, yBlock + 4 * yRow, xRow, yRow);
        xBlock += 4 * xRow;
        yBlock += 16;
        row += 4;
      } while (row < to);
      column += 8;
    }
    if (column < wholeColumns) {
      let xBlock = x + <usize>from * xRow + ((<usize>column) << 2);
      let yBlock = y + <usize>column * yRow + ((<usize>from) << 2);
      let row = from;
      do {
        transposeBlock(xBlock, yBlock, xRow, yRow);
        xBlock += 4 * xRow;
        yBlock += 16;
        row += 4;
      } while (row < to);
    }
    from = to;
  }
  for (let column = wholeColumns; column < columns; column++)
    copyWords(x + ((<usize>column) << 2), y + <usize>column * yRow, wholeRows, xRow, 4);
  for (let row = wholeRows; row < rows; row++)
    copyWords(x + <usize>row * xRow, y + ((<usize>row) << 2), columns, 4, yRow);
}
