import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, numbers, specialValues, useAccelerated, testedTiers } from '../../../test/compare.ts';
import { accelerate, restore } from '../../accelerate.ts';
import { allowed, filled, transposes } from './test-products.ts';

beforeAll(useAccelerated);
afterAll(restore);

/** Σₖ a[i, k] b[k, j] in float64, of matrices that may lie transposed. */
function exactProduct(
  a: Float32Array,
  b: Float32Array,
  { rows, columns, inner, transposeA = false, transposeB = false }: ProductSize,
): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        sum += a[transposeA ? k * rows + i : i * inner + k]! * b[transposeB ? j * inner + k : k * columns + j]!;
      }
      c[i * columns + j] = sum;
    }
  return c;
}

interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

function operands(size: ProductSize): { a: tf.Tensor2D; b: tf.Tensor2D; exact: Float64Array; sizes: Float64Array } {
  const { rows, columns, inner, transposeA, transposeB } = size;
  const a = numbers(rows * inner, 3);
  const b = numbers(inner * columns, 5);
  return {
    a: tf.tensor2d(a, transposeA ? [inner, rows] : [rows, inner]),
    b: tf.tensor2d(b, transposeB ? [columns, inner] : [inner, columns]),
    exact: exactProduct(a, b, size),
    sizes: exactProduct(a.map(Math.abs), b.map(Math.abs), size),
  };
}

function expectExact(size: ProductSize): void {
  tf.tidy(() => {
    const { a, b, exact, sizes } = operands(size);
    const found = tf.matMul(a, b, size.transposeA, size.transposeB);
    expect(found.shape).toEqual([size.rows, size.columns]);
    // The rounding of a sum is bounded by the size of its terms, however they are grouped.
    const off = found.dataSync().findIndex((value, i) => !(Math.abs(value - exact[i]!) <= 8 * 2 ** -24 * sizes[i]!));
    if (off >= 0) expect.fail(`element ${off} of ${JSON.stringify(size)}: ${found.dataSync()[off]} and ${exact[off]}`);
  });
}

describe('BatchMatMul', () => {
  it('agrees with float64 for all small sizes around the tile, in all transposes', () => {
    for (const [transposeA, transposeB] of transposes)
      for (const rows of [1, 2, 3, 4, 5, 7, 13])
        for (const columns of [1, 2, 3, 4, 7, 8, 9, 17])
          for (const inner of [1, 2, 3, 5, 8]) expectExact({ rows, columns, inner, transposeA, transposeB });
  });

  it('agrees with float64 for sizes of several blocks', () => {
    for (const [transposeA, transposeB] of transposes) {
      expectExact({ rows: 1, columns: 530, inner: 520, transposeA, transposeB });
      expectExact({ rows: 530, columns: 1, inner: 520, transposeA, transposeB });
      expectExact({ rows: 250, columns: 17, inner: 300, transposeA, transposeB });
      expectExact({ rows: 14, columns: 525, inner: 513, transposeA, transposeB });
    }
  });

  it('agrees with float64 for random sizes', () => {
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), (rows, columns, inner, transposeA, transposeB) =>
        expectExact({ rows, columns, inner, transposeA, transposeB }),
      ),
      { numRuns: 100 },
    );
  });

  it('is zero where there is nothing to sum, and empty where a size is 0', () => {
    tf.tidy(() => {
      // Dirty memory first, which the result is likely to get.
      tf.fill([3, 5], NaN).dispose();
      expect(tf.matMul(tf.zeros([3, 0]), tf.zeros([0, 5])).arraySync()).toEqual(tf.zeros([3, 5]).arraySync());
      expect(tf.matMul(tf.zeros([0, 4]), tf.zeros([4, 5])).shape).toEqual([0, 5]);
      expect(tf.matMul(tf.zeros([3, 4]), tf.zeros([4, 0])).shape).toEqual([3, 0]);
      expect(tf.matMul(tf.zeros([0, 3, 4]), tf.zeros([4, 2])).shape).toEqual([0, 3, 2]);
    });
  });

  it('never reads what the memory of the result held before', () => {
    tf.fill([37, 41], NaN).dispose();
    expectExact({ rows: 37, columns: 41, inner: 300 });
  });

  it.each([
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [3, 4],
      [2, 4, 5],
    ],
    [
      [1, 3, 4],
      [7, 4, 5],
    ],
    [
      [2, 3, 3, 4],
      [3, 4, 5],
    ],
    [
      [8, 64, 64],
      [8, 64, 64],
    ],
    [
      [2, 2, 1, 3, 1, 4],
      [2, 2, 1, 3, 4, 1],
    ],
  ])('takes batches %j × %j as tfjs does, in all transposes', async (aShape, bShape) => {
    const swapped = (shape: readonly number[]): number[] => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
    for (const [transposeA, transposeB] of transposes) {
      await expectSameAsCpu(() => {
        const a = filled(transposeA ? swapped(aShape) : aShape, 7);
        const b = filled(transposeB ? swapped(bShape) : bShape, 11);
        return tf.matMul(a, b, transposeA, transposeB);
      }, allowed(64));
    }
  });

  it('broadcasts outer axes that differ on both sides', () => {
    tf.tidy(() => {
      const a = filled([2, 1, 3, 4], 7);
      const b = filled([1, 5, 4, 6], 11);
      const found = tf.matMul(a, b);
      const wide = tf.matMul(tf.tile(a, [1, 5, 1, 1]), tf.tile(b, [2, 1, 1, 1]));
      expect(found.shape).toEqual([2, 5, 3, 6]);
      expect(found.dataSync()).toEqual(wide.dataSync());
      const partly = tf.matMul(filled([2, 1, 3, 4], 7), filled([2, 5, 4, 6], 11));
      const second = tf.matMul(tf.tile(a, [1, 5, 1, 1]), filled([2, 5, 4, 6], 11));
      expect(partly.dataSync()).toEqual(second.dataSync());
    });
  });

  it('passes special values on as tfjs does', async () => {
    const values = specialValues.filter((value) => Math.abs(value) < 1e30 || !Number.isFinite(value));
    await expectSameAsCpu(() => tf.matMul(tf.tensor2d(values, [values.length, 1]), tf.ones([1, 9])), { ulps: 0 });
    await expectSameAsCpu(() => tf.matMul(tf.tensor2d([[Infinity, -Infinity]]), tf.ones([2, 3])), { ulps: 0 });
    await expectSameAsCpu(() => tf.matMul(tf.tensor2d([[0, 1]]), tf.tensor2d([[NaN], [1]])), { ulps: 0 });
  });

  it('refuses sizes that do not fit, with the words of tfjs', () => {
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([4, 2]))).toThrow(/inner shapes \(3\) and \(4\) .* must match/);
    expect(() => tf.matMul(tf.ones([2, 2, 3]), tf.ones([3, 3, 2]))).toThrow('could not be broadcast');
    expect(() => tf.matMul(tf.tensor1d([1, 2, 3]) as tf.Tensor, tf.ones([3, 2]))).toThrow('must have rank 2 or more');
  });

  it('sees a weight that was changed in place, which stock tfjs does not', async () => {
    const product = (): number[] => {
      const weight = tf.ones([4, 4]);
      const x = tf.ones([2, 4]);
      const before = tf.matMul(x, weight);
      const backend = tf.backend() as unknown as { typedArrayFromHeap(tensor: tf.Tensor): Float32Array };
      backend.typedArrayFromHeap(weight).fill(2);
      const after = tf.matMul(x, weight);
      return [before.dataSync()[0]!, after.dataSync()[0]!];
    };
    expect(tf.tidy(product)).toEqual([4, 8]);
    expect(tf.tidy(() => fusedAfterChange())).toBe(8);
    restore();
    expect(tf.tidy(product)).toEqual([4, 4]);
    await accelerate(testedTiers);
  });

  it('has the gradients of the cpu backend in all transposes', async () => {
    for (const [transposeA, transposeB] of transposes) {
      await expectSameAsCpu(() => {
        const a = filled(transposeA ? [2, 9, 6] : [2, 6, 9], 3);
        const b = filled(transposeB ? [2, 11, 9] : [2, 9, 11], 5);
        const weights = filled([2, 6, 11], 9);
        const loss = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
          tf.sum(tf.mul(tf.matMul(x, y, transposeA, transposeB), weights));
        return tf.grads(loss)([a, b]);
      }, allowed(11));
    }
  });

  it('leaves no tensors behind', () => {
    const [a, b] = [tf.ones([5, 6]), tf.ones([6, 7])];
    const before = tf.memory().numTensors;
    tf.matMul(a, b).dispose();
    expect(tf.memory().numTensors).toBe(before);
    a.dispose();
    b.dispose();
  });
});

function fusedAfterChange(): number {
  const weight = tf.ones([4, 4]) as tf.Tensor2D;
  const x = tf.ones([2, 4]) as tf.Tensor2D;
  tf.fused.matMul({ a: x, b: weight });
  const backend = tf.backend() as unknown as { typedArrayFromHeap(tensor: tf.Tensor): Float32Array };
  backend.typedArrayFromHeap(weight).fill(2);
  return tf.fused.matMul({ a: x, b: weight }).dataSync()[0]!;
}
