import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelTools } from '../kernel-group.ts';

/** What is multiplied; the last two axes of `a` and `b` are matrices, those before them broadcast. */
export interface MatrixProduct {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Float32, one element for each column of the result. */
  readonly bias?: TensorInfo | undefined;
}

/**
 * The product of float32 matrices, `[…, rows, inner] · […, inner, columns] (+ bias)`. Each element is summed in float32,
 * in blocks of at most 256 terms.
 *
 * @throws Error with tfjs's words when the inner sizes differ or the outer axes do not broadcast.
 */
export function matrixProduct({ host, functions }: KernelTools, product: MatrixProduct): TensorInfo {
  const { a, b, bias, transposeA, transposeB } = product;
  tf.util.assert(
    a.shape.length >= 2 && b.shape.length >= 2,
    () => `Error in matMul: inputs must have rank 2 or more, got ranks ${a.shape.length} and ${b.shape.length}.`,
  );
  const [aHeight, aWidth] = lastTwo(a.shape);
  const [bHeight, bWidth] = lastTwo(b.shape);
  const [rows, inner] = transposeA ? [aWidth, aHeight] : [aHeight, aWidth];
  const [innerB, columns] = transposeB ? [bWidth, bHeight] : [bHeight, bWidth];
  tf.util.assert(
    inner === innerB,
    () =>
      `Error in matMul: inner shapes (${inner}) and (${innerB}) of Tensors with shapes ${a.shape} and ${b.shape}` +
      ` and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const outer = a.shape.length + b.shape.length === 4 ? [] : broadcastOuter(a.shape, b.shape);
  const runs = runsOf(outer, a.shape, b.shape, transposeA);
  const result = host.output([...outer, rows, columns]);
  const space = host.scratch(functions['gemmSpace']!(rows * (runs[0]?.rowsFactor ?? 0), columns, inner));
  const from = { a: host.pointer(a), b: host.pointer(b), c: host.pointer(result), bias: bias ? host.pointer(bias) : 0 };
  for (const run of runs) {
    functions['batchedProduct']!(
      from.a + 4 * run.aStart * aHeight * aWidth,
      transposeA ? 1 : aWidth,
      transposeA ? aWidth : 1,
      run.aStep * aHeight * aWidth,
      from.b + 4 * run.bStart * bHeight * bWidth,
      transposeB ? 1 : bWidth,
      transposeB ? bWidth : 1,
      run.bStep * bHeight * bWidth,
      from.c + 4 * run.start * rows * columns,
      from.bias,
      rows * run.rowsFactor,
      columns,
      inner,
      run.count,
      space,
    );
  }
  return result;
}

/** Matrices that follow each other at even distances, counted in matrices: one call of the module. */
interface Run {
  readonly start: number;
  readonly aStart: number;
  readonly aStep: number;
  readonly bStart: number;
  readonly bStep: number;
  readonly count: number;
  /** Several matrices of rows that share b are one taller matrix. */
  readonly rowsFactor: number;
}

const ONE: readonly Run[] = [{ start: 0, aStart: 0, aStep: 0, bStart: 0, bStep: 0, count: 1, rowsFactor: 1 }];

function runsOf(
  outer: readonly number[],
  aShape: readonly number[],
  bShape: readonly number[],
  transposeA: boolean,
): readonly Run[] {
  if (outer.length === 0) return ONE;
  const count = product(outer);
  if (count === 0) return [];
  const aCount = product(aShape.slice(0, -2));
  const bCount = product(bShape.slice(0, -2));
  if ((aCount === count || aCount === 1) && (bCount === count || bCount === 1)) {
    if (bCount === 1 && aCount === count && !transposeA) return [{ ...ONE[0]!, rowsFactor: count }];
    const steps = { aStep: aCount === count ? 1 : 0, bStep: bCount === count ? 1 : 0 };
    return [{ ...ONE[0]!, ...steps, count }];
  }
  const a = broadcastIndices(outer, aShape.slice(0, -2));
  const b = broadcastIndices(outer, bShape.slice(0, -2));
  return a.map((aStart, start) => ({ ...ONE[0]!, start, aStart, bStart: b[start]! }));
}

/** For each matrix of the result, which matrix of an operand whose outer axes are `axes` belongs to it. */
function broadcastIndices(outer: readonly number[], axes: readonly number[]): number[] {
  let indices = [0];
  let stride = 1;
  const missing = outer.length - axes.length;
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const size = axes[axis - missing] ?? 1;
    const step = size === 1 ? 0 : stride;
    // Axes further left change slowest: their offsets come before those that are already there.
    indices = Array.from({ length: outer[axis]! }, (_, i) => indices.map((index) => index + i * step)).flat();
    stride *= size;
  }
  return indices;
}

function broadcastOuter(a: readonly number[], b: readonly number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
}

function lastTwo(shape: readonly number[]): [number, number] {
  return [shape[shape.length - 2]!, shape[shape.length - 1]!];
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
