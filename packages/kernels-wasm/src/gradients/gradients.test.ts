import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, numbers, testedTiers } from '../../test/compare.ts';
import { accelerate, restore } from '../accelerate.ts';
import { reference } from '../kernels/convolutions/test-reference.ts';
import { registerGradients } from './gradients.ts';

let undo: () => void;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await accelerate(testedTiers);
  undo = registerGradients();
});
afterAll(() => {
  undo();
  restore();
});

type Shape4 = [number, number, number, number];

const dilated = [
  { x: [2, 9, 8, 3], filter: [3, 3, 3, 4], attributes: { strides: 1, pad: 'same', dilations: [2, 3] } },
  { x: [2, 9, 8, 9], filter: [2, 3, 9, 8], attributes: { strides: 1, pad: 'valid', dilations: [1, 2] } },
  { x: [1, 3, 3, 2], filter: [3, 3, 2, 2], attributes: { strides: 1, pad: 'same', dilations: 4 } },
  { x: [1, 1, 12, 2], filter: [1, 2, 2, 3], attributes: { strides: 1, pad: 3, dilations: [1, 5] } },
] as const;

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('wasm');
  });

  it.each(
    dilated.flatMap((each) => [
      { ...each, depthwise: false },
      { ...each, depthwise: true },
    ]),
  )('a dilated convolution has its gradient: %j', (each) => {
    const { x: xShape, filter: filterShape, attributes, depthwise } = each;
    const { info, x, filter, dy, inputGradient, filterGradient } = reference(each);
    const [dx, dFilter] = tf.tidy(() => {
      const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
      const run = (image: tf.Tensor, taps: tf.Tensor): tf.Tensor =>
        convolve(
          image as tf.Tensor4D,
          taps as tf.Tensor4D,
          attributes.strides,
          attributes.pad,
          'NHWC',
          attributes.dilations as [number, number],
        );
      const inputs = [tf.tensor(x, [...xShape]), tf.tensor(filter, [...filterShape])];
      return tf
        .grads(run)(inputs, tf.tensor(dy, info.outShape as Shape4))
        .map((each) => each.dataSync());
    });
    expectClose(dx!, inputGradient, { absolute: 2e-5 });
    expectClose(dFilter!, filterGradient, { absolute: 2e-5 });
  });

  it('a dilated convolution has a second gradient', () => {
    const x = tf.tensor4d(numbers(36, 1), [1, 6, 6, 1]);
    const filter = tf.tensor4d(numbers(4, 2), [2, 2, 1, 1]);
    const run = (image: tf.Tensor, taps: tf.Tensor): tf.Scalar =>
      tf.sum(tf.square(tf.conv2d(image as tf.Tensor4D, taps as tf.Tensor4D, 1, 'valid', 'NHWC', 2)));
    // Of |Ax|² the gradient is 2AᵀAx, and that of its square 8 AᵀA AᵀA x.
    const slope = (image: tf.Tensor): tf.Tensor => tf.grad((each) => run(each, filter))(image);
    const found = tf.grad((image) => tf.sum(tf.square(slope(image))))(x);
    expectClose(found.dataSync(), tf.mul(slope(slope(x)), 2).dataSync(), { absolute: 1e-2, relative: 1e-5 });
  });

  it.each([
    { shape: [2, 5], axis: 1 },
    { shape: [4, 3, 2], axis: 0 },
    // tfjs's cpu kernel takes no negative axis with further axes behind it.
    { shape: [2, 7, 3], axis: backend === 'wasm' ? -2 : 1 },
    { shape: [1], axis: 0 },
  ])('cumprod of $shape along $axis', ({ shape, axis }) => {
    const size = tf.util.sizeFromShape(shape);
    for (const [exclusive, reverse] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const x = numbers(size, 3);
      if (size > 1) x[1] = 0;
      const dy = numbers(size, 4);
      const run = (each: tf.Tensor): tf.Tensor => tf.cumprod(each, axis, exclusive, reverse);
      const found = tf.tidy(() => tf.grad(run)(tf.tensor(x, shape), tf.tensor(dy, shape)).dataSync());
      expectClose(found, cumprodReference(x, dy, shape, { axis, exclusive, reverse }), {
        absolute: 1e-4,
        relative: 1e-5,
      });
    }
  });

  it('depthToSpace', () => {
    const run = (x: tf.Tensor): tf.Tensor => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC');
    const x = tf.tensor4d(numbers(2 * 3 * 2 * 12), [2, 3, 2, 12]);
    // The function only moves numbers, so the gradient moves what it has made back to where it was.
    expect(tf.grad(run)(x, run(x)).dataSync()).toEqual(x.dataSync());
  });

  it('leaves no tensor behind', () => {
    const [x, filter] = [tf.ones([1, 6, 6, 2]), tf.ones([2, 2, 2, 2])];
    const before = tf.memory().numTensors;
    const loss = (image: tf.Tensor, taps: tf.Tensor): tf.Tensor =>
      tf.cumprod(tf.conv2d(image as tf.Tensor4D, taps as tf.Tensor4D, 1, 'same', 'NHWC', 2), 1);
    tf.dispose(tf.grads(loss)([x, filter]));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, filter]);
  });
});

it('says what the gradients take', () => {
  const x = tf.zeros([1, 4, 2, 2]) as tf.Tensor4D;
  const config = tf.getGradient('DepthToSpace');
  expect(() => config.gradFunc(x, [], { blockSize: 2, dataFormat: 'NCHW' })).toThrow('takes dataFormat NHWC, not NCHW');
  const attributes = { strides: 1, pad: 'valid', dilations: [2, 2], dataFormat: 'NCHW' };
  const gradients = tf.getGradient('Conv2D').gradFunc(x, [x, x], attributes) as Record<string, () => tf.Tensor>;
  expect(() => gradients['x']!()).toThrow('takes dataFormat NHWC, not NCHW');
});

it('puts back what tfjs had', async () => {
  const ours = tf.getGradient('Conv2D');
  undo();
  restore();
  try {
    expect(tf.getGradient('Conv2D')).not.toBe(ours);
    expect(tf.getGradient('Cumprod')).toBeUndefined();
    const convolve = (x: tf.Tensor): tf.Tensor =>
      tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]) as tf.Tensor4D, 1, 'valid', 'NHWC', 2);
    expect(() => tf.grad(convolve)(tf.ones([1, 4, 4, 1]))).toThrow('dilation rates greater than 1');
  } finally {
    await accelerate(testedTiers);
    undo = registerGradients();
  }
});

interface Scan {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** Σ_j dy_j ∏ of the other factors of y_j, by the definition, in float64. */
function cumprodReference(
  x: Float32Array,
  dy: Float32Array,
  shape: readonly number[],
  { axis, exclusive, reverse }: Scan,
): number[] {
  const along = axis < 0 ? axis + shape.length : axis;
  const length = shape[along]!;
  const step = shape.slice(along + 1).reduce((a, b) => a * b, 1);
  return Array.from(x, (_, at) => {
    const place = Math.floor(at / step) % length;
    const start = at - place * step;
    let total = 0;
    for (let j = 0; j < length; j++) {
      const factors = Array.from({ length }, (_each, k) => k).filter((k) =>
        k === j ? !exclusive : reverse ? k > j : k < j,
      );
      if (!factors.includes(place)) continue;
      const others = factors.filter((k) => k !== place).map((k) => x[start + k * step]!);
      total += dy[start + j * step]! * others.reduce((a, b) => a * b, 1);
    }
    return total;
  });
}
