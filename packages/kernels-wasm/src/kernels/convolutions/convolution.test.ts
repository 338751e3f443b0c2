import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectSameAsCpu, numbers, useAccelerated, valuesOf } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';
import { overwrite, withStockKernels } from './test-overwrite.ts';
import { expectReference, run } from './test-run.ts';

beforeAll(useAccelerated);
afterAll(restore);

const plain = { strides: 1, pad: 'valid' } as const;

describe('a convolution and its gradients', () => {
  it.each([
    ['3×3, more than one block of columns', [3, 14, 13, 40], [3, 3, 40, 17], { strides: 1, pad: 'same' }],
    ['1×1, a product', [2, 5, 7, 9], [1, 1, 9, 11], plain],
    ['1×1 with stride', [2, 5, 7, 3], [1, 1, 3, 4], { strides: 2, pad: 'valid' }],
    ['5×5 with stride 2', [2, 11, 10, 6], [5, 5, 6, 7], { strides: 2, pad: 'same' }],
    ['stride 2, more than one block of columns', [3, 30, 29, 40], [3, 3, 40, 5], { strides: 2, pad: 'same' }],
    ['unequal strides', [1, 9, 12, 4], [3, 2, 4, 5], { strides: [3, 2], pad: 'same' }],
    ['one channel', [2, 9, 8, 1], [3, 3, 1, 5], { strides: 1, pad: 'same' }],
    ['three channels to one', [1, 6, 6, 3], [3, 3, 3, 1], { strides: 1, pad: 'same' }],
    ['few channels out of many', [3, 14, 13, 130], [3, 3, 130, 4], { strides: 1, pad: 'same' }],
    ['few channels out of many, unequal sides', [2, 9, 8, 20], [5, 2, 20, 7], plain],
    ['few channels out of many, dilation', [2, 9, 8, 12], [3, 3, 12, 3], { strides: 1, pad: 2, dilations: [2, 3] }],
    ['few channels out of many, stride 2', [2, 9, 8, 12], [3, 3, 12, 3], { strides: 2, pad: 'same' }],
    ['dilation', [2, 12, 11, 8], [3, 3, 8, 8], { strides: 1, pad: 'same', dilations: [2, 3] }],
    ['dilation along a row', [1, 1, 30, 8], [1, 2, 8, 16], { strides: 1, pad: 'valid', dilations: [1, 8] }],
    ['a filter as large as the image', [3, 4, 5, 6], [4, 5, 6, 7], plain],
    ['a filter larger than the image', [1, 2, 2, 9], [5, 5, 9, 9], { strides: 1, pad: 'same' }],
    ['padding by a number', [1, 5, 5, 8], [3, 3, 8, 8], { strides: 1, pad: 2 }],
    ['more padding than the filter reaches', [1, 3, 3, 8], [1, 2, 8, 8], { strides: 1, pad: 3 }],
    ['one pixel', [1, 1, 1, 1], [1, 1, 1, 1], plain],
    ['dimRoundingMode', [1, 6, 6, 2], [3, 3, 2, 2], { strides: 2, pad: 0, dimRoundingMode: 'ceil' as const }],
    [
      'padding given side by side',
      [2, 6, 5, 8],
      [3, 3, 8, 9],
      {
        strides: 1,
        pad: [
          [0, 0],
          [0, 3],
          [1, 0],
          [0, 0],
        ] as tf.backend_util.ExplicitPadding,
      },
    ],
  ] as const)('agrees with float64: %s', (_, x, filter, attributes) => {
    expectReference({ x, filter, attributes });
  });

  it('agrees with float64 for any shape', () => {
    const size = fc.integer({ min: 1, max: 9 });
    const taps = fc.integer({ min: 1, max: 4 });
    const shapes = fc.record({
      image: fc.tuple(fc.integer({ min: 1, max: 3 }), size, size),
      channels: fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 19 })),
      filter: fc.tuple(taps, taps),
      step: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      dilated: fc.boolean(),
    });
    fc.assert(
      fc.property(shapes, ({ image, channels, filter, step, dilated }) => {
        expectReference({
          x: [...image, channels[0]],
          filter: [...filter, ...channels],
          attributes: { pad: 'same', strides: dilated ? 1 : step, dilations: dilated ? step : 1 },
        });
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('leave zeros where there is nothing to add, and take empty tensors', async () => {
    const zeros = (shape: number[]) => tf.zeros(shape);
    const attrs = { ...plain, dataFormat: 'NHWC', dilations: 1 };
    await expectSameAsCpu(() => run('Conv2D', { x: zeros([0, 4, 4, 3]), filter: zeros([2, 2, 3, 5]) }, attrs));
    await expectSameAsCpu(() => run('Conv2D', { x: zeros([1, 4, 4, 0]), filter: zeros([2, 2, 0, 5]) }, attrs));
    const filterShape = [2, 2, 3, 5];
    await expectSameAsCpu(() =>
      run('Conv2DBackpropFilter', { x: zeros([0, 4, 4, 3]), dy: zeros([0, 3, 3, 5]) }, { ...attrs, filterShape }),
    );
    const inputShape = [1, 4, 4, 3];
    await expectSameAsCpu(() =>
      run('Conv2DBackpropInput', { dy: zeros([1, 3, 3, 0]), filter: zeros([2, 2, 3, 0]) }, { ...attrs, inputShape }),
    );
  });

  it('pass on what is not a number only to the places that see it', () => {
    const x = tf.buffer([1, 4, 4, 1], 'float32');
    x.set(Number.NaN, 0, 0, 0, 0);
    const [y] = valuesOf(() => tf.conv2d(x.toTensor() as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, 'valid'));
    expect([...y!.numbers].map(Number.isNaN)).toEqual([true, ...Array<boolean>(8).fill(false)]);
  });

  it('see a filter that was changed in place, which the stock kernel does not', async () => {
    const x = tf.ones([1, 3, 3, 2]) as tf.Tensor4D;
    const filter = tf.ones([2, 2, 2, 1]) as tf.Tensor4D;
    const after = (value: number): number => {
      tf.conv2d(x, filter, 1, 'valid').dispose();
      overwrite(filter, Array<number>(8).fill(value));
      return tf.conv2d(x, filter, 1, 'valid').dataSync()[0]!;
    };
    expect(after(2)).toBe(16);
    expect(after(3)).toBe(24);
    await withStockKernels(() => {
      expect(after(4)).toBe(24);
      expect(after(5)).toBe(24);
    });
  });

  it('says what it takes', () => {
    const x = tf.zeros([1, 2, 4, 4]) as tf.Tensor4D;
    const filter = tf.zeros([2, 2, 2, 3]) as tf.Tensor4D;
    expect(() => tf.conv2d(x, filter, 1, 'valid', 'NCHW')).toThrow('does not support dataFormat');
    const attrs = { ...plain, dataFormat: 'NCHW', filterShape: [2, 2, 2, 3] };
    expect(() => run('Conv2DBackpropFilter', { x, dy: x }, attrs)).toThrow(
      'Conv2DBackpropFilter on wasm takes float32 tensors of dataFormat NHWC, not float32, float32 and NCHW',
    );
    expect(() =>
      tf.fused.conv2d({ x, filter: tf.zeros([2, 2, 4, 3]), strides: 1, pad: 0, bias: tf.zeros([1, 3]) }),
    ).toThrow('only supports rank-1 bias');
  });
});

describe('a fused convolution', () => {
  const x = numbers(2 * 5 * 4 * 3, 3);
  const weights = numbers(3 * 3 * 3 * 9, 4);
  const bias = numbers(9, 5);
  const inputs = () => ({
    x: tf.tensor4d(x, [2, 5, 4, 3]),
    strides: 1,
    pad: 'same' as const,
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const)('%s', async (activation) => {
    const prelu = activation === 'prelu' ? { preluActivationWeights: tf.tensor1d(bias) } : {};
    await expectSameAsCpu(
      () => [
        tf.fused.conv2d({
          ...inputs(),
          filter: tf.tensor4d(weights, [3, 3, 3, 9]),
          bias: tf.tensor1d(bias),
          activation,
          leakyreluAlpha: 0.3,
          ...prelu,
        }),
        tf.fused.depthwiseConv2d({
          ...inputs(),
          filter: tf.tensor4d(weights, [3, 3, 3, 9]).slice([0, 0, 0, 0], [3, 3, 3, 3]) as tf.Tensor4D,
          bias: tf.tensor1d(bias),
          activation,
          leakyreluAlpha: 0.3,
          ...prelu,
        }),
      ],
      { absolute: 5e-6, relative: 2e-6 },
    );
  });

  it('adds the bias where few channels come out of many', async () => {
    const image = numbers(2 * 6 * 5 * 12);
    await expectSameAsCpu(
      () => [
        tf.fused.conv2d({
          x: tf.tensor4d(image, [2, 6, 5, 12]),
          filter: tf.tensor4d(numbers(9 * 12 * 3), [3, 3, 12, 3]),
          bias: tf.tensor1d([1, -2, 3]),
          activation: 'relu',
          strides: 1,
          pad: 'same',
        }),
      ],
      { absolute: 2e-5, relative: 2e-6 },
    );
  });

  it('trains: gradients of x, filter and bias are those of the cpu backend', async () => {
    await expectSameAsCpu(
      () => {
        const loss = (...[at, filter, add]: tf.Tensor[]): tf.Scalar =>
          tf.sum(
            tf.fused.conv2d({
              ...inputs(),
              x: at as tf.Tensor4D,
              filter: filter as tf.Tensor4D,
              bias: add as tf.Tensor1D,
              activation: 'relu',
            }),
          );
        return tf.grads(loss)([inputs().x, tf.tensor4d(weights, [3, 3, 3, 9]), tf.tensor1d(bias)]);
      },
      { absolute: 2e-5 },
    );
  });

  it('leaks nothing', () => {
    const count = () => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
    const [before, tensors] = [count(), tf.memory().numTensors];
    for (const activation of ['linear', 'relu', 'sigmoid', 'elu'] as const) {
      const given = { ...inputs(), filter: tf.tensor4d(weights, [3, 3, 3, 9]), bias: tf.tensor1d(bias) };
      tf.dispose([tf.fused.conv2d({ ...given, activation }), given.x, given.filter, given.bias]);
    }
    expect(count()).toBe(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('float32 sums of many products', () => {
  it('stay close to float64 in the gradient of the filter', () => {
    const x = numbers(4 * 60 * 60, 9);
    const dy = numbers(4 * 60 * 60 * 8, 10);
    const [found] = valuesOf(() =>
      run(
        'Conv2DBackpropFilter',
        { x: tf.tensor4d(x, [4, 60, 60, 1]), dy: tf.tensor4d(dy, [4, 60, 60, 8]) },
        { ...plain, filterShape: [1, 1, 1, 8] },
      ),
    );
    const exact = Array.from({ length: 8 }, (_, o) => x.reduce((sum, each, i) => sum + each * dy[8 * i + o]!, 0));
    expectClose(found!.numbers, exact, { absolute: 2e-4 });
  });
});
