import { FlowzooError } from '../errors/flowzoo-error.ts';

/** A float64 matrix, row-major: element (i, j) is `data[i * columns + j]`. A column vector has one column. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A matrix of the given values, copied; zeros without them.
 *
 * @throws E_LINALG when the number of values is not rows × columns
 * @example
 * matrixOf({ rows: 2, columns: 2, values: [1, 2, 3, 4] });
 */
export function matrixOf(options: {
  readonly rows: number;
  readonly columns: number;
  readonly values?: ArrayLike<number>;
}): Matrix {
  const { rows, columns, values } = options;
  const size = rows * columns;
  if (values !== undefined && values.length !== size) {
    throw new FlowzooError('E_LINALG', 'the values do not fill the matrix', {
      expected: `${size} values for [${rows}, ${columns}]`,
      found: `${values.length}`,
    });
  }
  return { rows, columns, data: values === undefined ? new Float64Array(size) : Float64Array.from(values) };
}

/** The identity of the given size. */
export function identityMatrix(size: number): Matrix {
  const result = matrixOf({ rows: size, columns: size });
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1;
  return result;
}

/** Aᵀ. */
export function transposeMatrix(a: Matrix): Matrix {
  const result = matrixOf({ rows: a.columns, columns: a.rows });
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) result.data[j * a.rows + i] = a.data[i * a.columns + j]!;
  }
  return result;
}

/**
 * A B.
 *
 * @throws E_LINALG when the columns of A are not as many as the rows of B
 */
export function multiplyMatrices(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) {
    throw new FlowzooError('E_LINALG', 'the matrices cannot be multiplied', {
      expected: `${a.columns} rows on the right`,
      found: formatSize(b),
    });
  }
  const result = matrixOf({ rows: a.rows, columns: b.columns });
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k]!;
      for (let j = 0; j < b.columns; j++) result.data[i * b.columns + j]! += factor * b.data[k * b.columns + j]!;
    }
  }
  return result;
}

/** `[rows, columns]`, for messages. */
export function formatSize(a: Matrix): string {
  return `[${a.rows}, ${a.columns}]`;
}

/** @throws E_LINALG when the matrix is not square, or an element is NaN or infinite */
export function assertSquare(a: Matrix): void {
  if (a.rows !== a.columns) {
    throw new FlowzooError('E_LINALG', 'the matrix is not square', { expected: '[n, n]', found: formatSize(a) });
  }
  assertFinite(a);
}

/** @throws E_LINALG when an element is NaN or infinite */
export function assertFinite(a: Matrix): void {
  const index = a.data.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new FlowzooError('E_LINALG', 'the matrix has an element that is not finite', {
    at: `row ${Math.floor(index / a.columns)}, column ${index % a.columns}`,
    found: `${a.data[index]}`,
  });
}
