import { gemm } from './gemm';

/**
 * c[n] = a[n] b[n] (+ bias) for n < batches: strides count elements, a batch stride of 0 shares a matrix, c lies in one
 * piece, and the bias (0 means none) has one element for each column.
 */
export function batchedProduct(
  a: usize,
  aRowStride: usize,
  aColumnStride: usize,
  aBatchStride: usize,
  b: usize,
  bRowStride: usize,
  bColumnStride: usize,
  bBatchStride: usize,
  c: usize,
  bias: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  batches: usize,
  space: usize,
): void {
  for (let n: usize = 0; n < batches; n++) {
    gemm(a, aRowStride, aColumnStride, b, bRowStride, bColumnStride, c, columns, bias, 0, rows, columns, inner, space);
    a += aBatchStride << 2;
    b += bBatchStride << 2;
    c += (rows * columns) << 2;
  }
}
