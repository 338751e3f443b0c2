import * as binary from './elementwise/binary';
import { combine } from './elementwise/binary';
import * as functions from './elementwise/functions';
import { map } from './elementwise/functions';
import { choose, chooseBytes } from './elementwise/select';

export function vectorExp(x: usize, y: usize, count: i32): void {
  map(functions.EXP, x, y, count);
}

export function vectorExpMinusOne(x: usize, y: usize, count: i32): void {
  map(functions.EXP_MINUS_ONE, x, y, count);
}

export function vectorLog(x: usize, y: usize, count: i32): void {
  map(functions.LOG, x, y, count);
}

export function vectorLogOnePlus(x: usize, y: usize, count: i32): void {
  map(functions.LOG_ONE_PLUS, x, y, count);
}

export function vectorTanh(x: usize, y: usize, count: i32): void {
  map(functions.TANH, x, y, count);
}

export function vectorSigmoid(x: usize, y: usize, count: i32): void {
  map(functions.SIGMOID, x, y, count);
}

export function vectorSoftplus(x: usize, y: usize, count: i32): void {
  map(functions.SOFTPLUS, x, y, count);
}

export function vectorErf(x: usize, y: usize, count: i32): void {
  map(functions.ERF, x, y, count);
}

export function vectorSelu(x: usize, y: usize, count: i32): void {
  map(functions.SELU, x, y, count);
}

export function vectorSine(x: usize, y: usize, count: i32): void {
  map(functions.SINE, x, y, count);
}

export function vectorCosine(x: usize, y: usize, count: i32): void {
  map(functions.COSINE, x, y, count);
}

export function vectorSquareRoot(x: usize, y: usize, count: i32): void {
  map(functions.SQUARE_ROOT, x, y, count);
}

export function vectorInverseSquareRoot(x: usize, y: usize, count: i32): void {
  map(functions.INVERSE_SQUARE_ROOT, x, y, count);
}

export function vectorReciprocal(x: usize, y: usize, count: i32): void {
  map(functions.RECIPROCAL, x, y, count);
}

export function vectorSign(x: usize, y: usize, count: i32): void {
  map(functions.SIGN, x, y, count);
}

export function rowsAdd(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.ADD, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsSubtract(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.SUBTRACT, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsMultiply(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.MULTIPLY, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsDivide(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.DIVIDE, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsMaximum(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.MAXIMUM, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsMinimum(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.MINIMUM, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsSquaredDifference(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.SQUARED_DIFFERENCE, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsPower(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.POWER, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsGreater(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.GREATER, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsGreaterEqual(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.GREATER_EQUAL, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsLess(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.LESS, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsLessEqual(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.LESS_EQUAL, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsEqual(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.EQUAL, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function rowsNotEqual(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  combine(binary.NOT_EQUAL, a, b, y, rows, columns, aRow, bRow, aColumn, bColumn);
}

export function vectorSelect(condition: usize, a: usize, b: usize, y: usize, count: i32): void {
  choose(condition, a, b, y, count);
}

export function vectorSelectBytes(condition: usize, a: usize, b: usize, y: usize, count: i32): void {
  chooseBytes(condition, a, b, y, count);
}
