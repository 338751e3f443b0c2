import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, numbers, specialValues, valuesOf } from '../../test/compare.ts';
import { accelerate, restore, type Acceleration } from '../index.ts';
import { composedTier } from '../tiers/composed-tier.ts';

let report: Acceleration;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  report = await accelerate({ tiers: [composedTier] });
});
afterAll(restore);

const of = (shape: number[], seed = 1): tf.Tensor => tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);

describe('overrides composed of stock kernels', () => {
  it('are a tier of their own', () => {
    expect(report.tier).toBe('composed');
    expect(report.kernels['Conv2DBackpropFilter']).toBe('composed');
    expect(report.notes).toEqual([]);
  });

  it.each([
    [false, true],
    [true, false],
    [true, true],
  ])('multiply transposed factors %s %s, gradients included', async (transposeA, transposeB) => {
    await expectSameAsCpu(
      () => {
        const [a, b] = [of(transposeA ? [7, 5] : [5, 7]), of(transposeB ? [3, 7] : [7, 3], 2)];
        const product = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.matMul(x, y, transposeA, transposeB);
        return [product(a, b), ...tf.grads((x, y) => tf.sum(tf.square(product(x!, y!))))([a, b])];
      },
      { relative: 1e-5, absolute: 1e-5 },
    );
  });

  it.each(['linear', 'relu', 'elu', 'sigmoid', 'leakyrelu', 'relu6'] as const)(
    'add the bias of a fused product once, then %s',
    async (activation) => {
      await expectSameAsCpu(
        () => {
          const [a, b, bias] = [of([2, 100]), of([3, 100], 2), tf.tensor1d([1, 2, 3])];
          return tf.fused.matMul({ a, b, transposeB: true, bias, activation, leakyreluAlpha: 0.1 } as never);
        },
        { relative: 1e-4, absolute: 1e-5 },
      );
    },
  );

  it.each([
    [1, 1, 'same'],
    [3, 1, 'same'],
    [3, 1, 'valid'],
    [3, 2, 'same'],
    [5, 2, 1],
  ] as const)('give both gradients of a convolution: taps %i, stride %i, padding %s', async (taps, stride, padding) => {
    await expectSameAsCpu(
      () => {
        const [x, filter] = [of([2, 7, 8, 3]) as tf.Tensor4D, of([taps, taps, 3, 4], 2) as tf.Tensor4D];
        const loss = (...both: tf.Tensor[]): tf.Tensor =>
          tf.sum(tf.square(tf.conv2d(both[0] as tf.Tensor4D, both[1] as tf.Tensor4D, stride, padding)));
        return tf.grads(loss)([x, filter]);
      },
      { relative: 1e-4, absolute: 1e-3 },
    );
  });

  it('give log1p near zero and at the special values', async () => {
    await expectSameAsCpu(() => tf.log1p(tf.tensor1d([...specialValues, 1e-3, 0.3, 5, 1e-20])), { ulps: 4 });
  });

  it('sum the gradient of a gather', async () => {
    await expectSameAsCpu(
      () => tf.grad((x) => tf.sum(tf.square(tf.gather(x, tf.tensor1d([0, 2, 2, 1], 'int32')))))(of([4, 3])),
      { relative: 1e-5 },
    );
  });

  it('leave no memory behind', () => {
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const program = (): tf.Tensor[] => {
      const [x, filter] = [of([1, 5, 5, 2]) as tf.Tensor4D, of([3, 3, 2, 2], 2) as tf.Tensor4D];
      return tf.grads((a, b) => tf.sum(tf.log1p(tf.abs(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')))))([
        x,
        filter,
      ]);
    };
    const before = [backend.numDataIds(), tf.memory().numTensors];
    for (let i = 0; i < 5; i++) valuesOf(program);
    expect([backend.numDataIds(), tf.memory().numTensors]).toEqual(before);
  });
});
