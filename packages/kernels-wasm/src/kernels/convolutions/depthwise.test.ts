import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';
import { overwrite } from './test-overwrite.ts';
import { expectReference, run } from './test-run.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe('a depthwise convolution and its gradients', () => {
  it.each([
    ['many channels', [2, 7, 6, 21], [3, 3, 21, 1], { strides: 1, pad: 'same' }],
    ['several filters for each channel', [2, 7, 6, 5], [3, 2, 5, 3], { strides: 1, pad: 'valid' }],
    ['stride', [1, 9, 8, 9], [3, 3, 9, 2], { strides: 2, pad: 'same' }],
    ['dilation', [2, 11, 12, 6], [3, 3, 6, 2], { strides: 1, pad: 'same', dilations: [3, 2] }],
    ['one channel, one pixel', [1, 1, 1, 1], [1, 1, 1, 1], { strides: 1, pad: 'valid' }],
    ['padding by a number', [1, 4, 4, 4], [2, 2, 4, 1], { strides: 1, pad: 3 }],
  ] as const)('agrees with float64: %s', (_, x, filter, attributes) => {
    expectReference({ x, filter, attributes, depthwise: true });
  });

  it('agrees with float64 for any shape', () => {
    const size = fc.integer({ min: 1, max: 8 });
    const taps = fc.integer({ min: 1, max: 4 });
    const shapes = fc.record({
      image: fc.tuple(fc.integer({ min: 1, max: 2 }), size, size),
      channels: fc.tuple(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 1, max: 3 })),
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
          depthwise: true,
        });
      }),
      { numRuns: 150, seed: 8 },
    );
  });

  it('takes empty tensors', async () => {
    const attrs = { strides: 1, pad: 'valid', dilations: 1 };
    await expectSameAsCpu(() =>
      run('DepthwiseConv2dNative', { x: tf.zeros([0, 4, 4, 3]), filter: tf.zeros([2, 2, 3, 2]) }, attrs),
    );
    await expectSameAsCpu(() =>
      run(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: tf.zeros([0, 4, 4, 3]), dy: tf.zeros([0, 3, 3, 6]) },
        { ...attrs, filterShape: [2, 2, 3, 2] },
      ),
    );
  });

  it('see a filter that was changed in place', () => {
    const x = tf.ones([1, 3, 3, 2]) as tf.Tensor4D;
    const filter = tf.ones([2, 2, 2, 1]) as tf.Tensor4D;
    tf.depthwiseConv2d(x, filter, 1, 'valid').dispose();
    overwrite(filter, Array<number>(8).fill(2));
    expect(tf.depthwiseConv2d(x, filter, 1, 'valid').dataSync()[0]).toBe(8);
  });

  it('refuses other dtypes', () => {
    const x = tf.zeros([1, 3, 3, 1], 'int32');
    const attrs = { strides: 1, pad: 'valid', dilations: 1, filterShape: [2, 2, 1, 1], inputShape: [1, 3, 3, 1] };
    expect(() => run('DepthwiseConv2dNativeBackpropFilter', { x, dy: x }, attrs)).toThrow(
      'DepthwiseConv2dNativeBackpropFilter on wasm takes float32 tensors, not int32 and int32',
    );
    expect(() => run('DepthwiseConv2dNativeBackpropInput', { dy: x, filter: x }, attrs)).toThrow(
      'DepthwiseConv2dNativeBackpropInput on wasm takes float32 tensors, not int32 and int32',
    );
  });
});
