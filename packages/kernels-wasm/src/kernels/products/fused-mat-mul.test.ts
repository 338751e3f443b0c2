import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, useAccelerated, valuesOf, testedTiers } from '../../../test/compare.ts';
import { accelerate, restore } from '../../accelerate.ts';
import { allowed, filled, transposes } from './test-products.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe('_FusedMatMul', () => {
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

  it.each(activations)('agrees with the cpu backend with %s, bias, batches and all transposes', async (activation) => {
    for (const [transposeA, transposeB] of transposes)
      for (const batch of [[], [3]]) {
        await expectSameAsCpu(
          () =>
            tf.fused.matMul({
              a: filled([...batch, ...(transposeA ? [60, 5] : [5, 60])], 3) as tf.Tensor2D,
              b: filled([...batch, ...(transposeB ? [11, 60] : [60, 11])], 5) as tf.Tensor2D,
              bias: filled([11], 7),
              transposeA,
              transposeB,
              activation,
              leakyreluAlpha: 0.3,
              ...(activation === 'prelu' ? { preluActivationWeights: filled([11], 13) } : {}),
            }),
          { absolute: 1e-5, relative: 1e-6 },
        );
      }
  });

  it('adds the bias once, where stock tfjs adds it once for every 48 steps', async () => {
    const program = (): tf.Tensor =>
      tf.fused.matMul({
        a: tf.ones([2, 100]) as tf.Tensor2D,
        b: tf.ones([3, 100]) as tf.Tensor2D,
        bias: tf.tensor1d([1, 2, 3]),
        transposeB: true,
      });
    expect([...valuesOf(program)[0]!.numbers]).toEqual([101, 102, 103, 101, 102, 103]);
    restore();
    expect([...valuesOf(program)[0]!.numbers]).not.toEqual([101, 102, 103, 101, 102, 103]);
    await accelerate(testedTiers);
  });

  it.each([[[1]], [[4, 1]], [[4, 5]], [[1, 5]]])('takes a bias of shape %j', async (shape) => {
    await expectSameAsCpu(
      () =>
        tf.fused.matMul({
          a: filled([4, 6], 3) as tf.Tensor2D,
          b: filled([6, 5], 5) as tf.Tensor2D,
          bias: filled(shape, 7),
          activation: 'relu',
        }),
      allowed(6),
    );
  });

  it('is the bias where there is nothing to sum', () => {
    tf.tidy(() => {
      const bias = tf.tensor1d([1, 2]);
      const y = tf.fused.matMul({ a: tf.zeros([3, 0]), b: tf.zeros([0, 2]), bias });
      expect([...y.dataSync()]).toEqual([1, 2, 1, 2, 1, 2]);
    });
  });

  it('keeps NaN and infinities through the activations', async () => {
    for (const activation of ['relu', 'relu6', 'leakyrelu'] as const) {
      await expectSameAsCpu(
        () =>
          tf.fused.matMul({
            a: tf.tensor2d([NaN, Infinity, -Infinity, -0, 7, -7], [6, 1]),
            b: tf.ones([1, 3]),
            activation,
            leakyreluAlpha: 0.2,
          }),
        { ulps: 0 },
      );
    }
  });

  it('refuses an activation that tfjs does not fuse, and leaves nothing behind', () => {
    const [a, b] = [tf.ones([2, 2]), tf.ones([2, 2])];
    const before = tf.memory().numDataBuffers;
    const call = (): tf.Tensor =>
      tf.fused.matMul({ a, b, activation: 'tanh' as 'relu' } as Parameters<typeof tf.fused.matMul>[0]);
    expect(() => tf.tidy(call)).toThrow('tanh activation not yet supported');
    expect(tf.memory().numDataBuffers).toBe(before);
    tf.dispose([a, b]);
  });

  it('has the gradients of the cpu backend in all transposes, with bias and relu', async () => {
    for (const [transposeA, transposeB] of transposes) {
      await expectSameAsCpu(
        () => {
          const a = filled(transposeA ? [9, 6] : [6, 9], 3);
          const b = filled(transposeB ? [10, 9] : [9, 10], 5);
          const loss = (x: tf.Tensor, y: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
            tf.sum(
              tf.square(
                tf.fused.matMul({
                  a: x as tf.Tensor2D,
                  b: y as tf.Tensor2D,
                  bias,
                  transposeA,
                  transposeB,
                  activation: 'relu',
                }),
              ),
            );
          return tf.grads(loss)([a, b, filled([10], 7)]);
        },
        { absolute: 1e-4, relative: 1e-5 },
      );
    }
  });

  it('leaves no memory behind', () => {
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const run = (): void =>
      activations.forEach((activation) =>
        tf.tidy(() => {
          const extra = activation === 'prelu' ? { preluActivationWeights: tf.ones([4]) } : {};
          for (const bias of [tf.ones([4]), tf.ones([3, 1])]) {
            tf.fused.matMul({ a: tf.ones([3, 2]), b: tf.ones([2, 4]), bias, activation, ...extra });
          }
        }),
      );
    run();
    const before = [tf.memory().numTensors, backend.numDataIds()];
    run();
    expect([tf.memory().numTensors, backend.numDataIds()]).toEqual(before);
  });
});
