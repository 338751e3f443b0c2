import { describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { determinant } from './determinant.ts';
import { identityMatrix, multiplyMatrices, transposeMatrix } from './matrix.ts';
import { randomOrthogonal } from './random-orthogonal.ts';
import { expectMatrix } from './test-build.ts';

describe('randomOrthogonal', () => {
  it.each([{ rows: 1 }, { rows: 2 }, { rows: 16 }, { rows: 6, columns: 3 }])(
    'has orthonormal columns: $rows × $columns',
    (options) => {
      const q = randomOrthogonal(new Random(5), options);
      const columns = 'columns' in options ? options.columns! : options.rows;
      expect([q.rows, q.columns]).toEqual([options.rows, columns]);
      expectMatrix(multiplyMatrices(transposeMatrix(q), q), identityMatrix(columns), 1e-14);
    },
  );

  it('is decided by the seed', () => {
    const draw = (seed: number): number[] => [...randomOrthogonal(new Random(seed), { rows: 3 }).data];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('prefers no direction and neither orientation', () => {
    const random = new Random(3);
    const draws = 2000;
    const sums = new Float64Array(4);
    let positive = 0;
    for (let i = 0; i < draws; i++) {
      const q = randomOrthogonal(random, { rows: 2 });
      q.data.forEach((value, index) => (sums[index]! += value));
      if (determinant(q) > 0) positive++;
    }
    // Each element has variance 1/2: six standard errors. Without the positive diagonal of R they would be one-sided.
    for (const sum of sums) expect(Math.abs(sum / draws)).toBeLessThan(6 * Math.sqrt(0.5 / draws));
    expect(Math.abs(positive / draws - 0.5)).toBeLessThan(6 * Math.sqrt(0.25 / draws));
  });

  it('refuses more columns than rows', () => {
    expect(() => randomOrthogonal(new Random(1), { rows: 2, columns: 3 })).toThrow('more columns than rows');
  });
});
