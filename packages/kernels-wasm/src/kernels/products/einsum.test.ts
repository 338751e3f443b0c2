import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';
import { filled } from './test-products.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe('Einsum', () => {
  it.each([
    ['ij,jk->ik', [3, 4], [4, 5]],
    ['ij,jk->ki', [3, 4], [4, 5]],
    ['ji,kj->ik', [4, 3], [5, 4]],
    ['i,i->', [6], [6]],
    ['i,j->ij', [3], [5]],
    ['bi,bi->b', [3, 4], [3, 4]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
    ['bqhd,bkhd->bhqk', [2, 3, 4, 5], [2, 6, 4, 5]],
    ['abc,abd->cd', [2, 3, 4], [2, 3, 5]],
    ['ijm,jk->ik', [3, 4, 2], [4, 5]],
    ['ij,ij->ij', [3, 4], [3, 4]],
    ['ij->ji', [3, 4]],
    ['ij->', [3, 4]],
    ['bij->bj', [2, 3, 4]],
    ['ij->ij', [3, 4]],
  ])('%s', async (equation, ...shapes) => {
    const run = (): tf.Tensor => tf.einsum(equation, ...(shapes as number[][]).map((shape, i) => filled(shape, 3 + i)));
    await expectSameAsCpu(run, { absolute: 1e-5 });
  });

  it('takes int32', async () => {
    await expectSameAsCpu(() =>
      tf.einsum('ij,jk->ik', tf.range(0, 6, 1, 'int32').reshape([2, 3]), tf.range(0, 12, 1, 'int32').reshape([3, 4])),
    );
  });

  it('says what it does not take', () => {
    expect(() => tf.einsum('ij,jk', tf.ones([2, 2]), tf.ones([2, 2]))).toThrow('without an arrow');
    expect(() => tf.einsum('ij,jk->ik', tf.ones([2, 3]), tf.ones([2, 2]))).toThrow('Expected dimension 3');
    expect(() => tf.einsum('i->ii', tf.ones([2]))).toThrow('repeats a label');
  });

  it('leaves no memory behind, and does not take its input away', () => {
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const x = tf.ones([2, 3]);
    const before = [tf.memory().numTensors, backend.numDataIds()];
    tf.einsum('ij->ij', x).dispose();
    tf.einsum('ij,kj->ki', x, x).dispose();
    expect([tf.memory().numTensors, backend.numDataIds()]).toEqual(before);
    expect([...x.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
    x.dispose();
  });
});
