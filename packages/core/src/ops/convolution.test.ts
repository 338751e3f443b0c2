import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { convolution, type ConvolutionOptions } from './convolution.ts';
import { BACKENDS, expectClose, leaked, normal } from '../../test/numeric.ts';

interface Case {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly options: ConvolutionOptions;
}

const cases: Case[] = [
  { x: [2, 5, 4, 3], filter: [3, 3, 3, 2], options: {} },
  { x: [2, 5, 4, 3], filter: [3, 3, 3, 2], options: { padding: 'valid' } },
  { x: [1, 1, 1, 1], filter: [3, 3, 1, 1], options: {} },
  { x: [3, 4, 4, 2], filter: [1, 1, 2, 5], options: {} },
  { x: [2, 5, 6, 2], filter: [2, 4, 2, 3], options: {} },
  { x: [2, 6, 7, 2], filter: [3, 3, 2, 3], options: { stride: 2 } },
  { x: [2, 6, 7, 2], filter: [2, 3, 2, 3], options: { stride: 2, padding: 'valid' } },
  { x: [1, 7, 7, 1], filter: [1, 1, 1, 2], options: { stride: 3, padding: 'valid' } },
  { x: [2, 9, 8, 2], filter: [3, 3, 2, 2], options: { dilation: 2 } },
  { x: [1, 9, 9, 1], filter: [3, 2, 1, 1], options: { dilation: 3, padding: 'valid' } },
];

function run(test: Case, f: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor): tf.Tensor[] {
  const inputs = [normal(test.x, 1), normal(test.filter, 2)];
  const call = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor => f(x as tf.Tensor4D, filter as tf.Tensor4D);
  const value = call(inputs[0]!, inputs[1]!);
  return [value, ...tf.grads(call)(inputs, normal(value.shape, 3))];
}

/** tfjs's own gradients on cpu; a dilated filter is written out with zeros, whose gradient is then thinned again. */
async function oracle({ x, filter, options }: Case): Promise<tf.Tensor[]> {
  const { stride = 1, padding = 'same', dilation = 1 } = options;
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  const results = run({ x, filter, options }, (input, taps) => {
    const [height, width, inputs, outputs] = taps.shape;
    let full: tf.Tensor4D = taps;
    if (dilation > 1) {
      const gap = dilation - 1;
      const apart = tf.pad(tf.reshape(taps, [height, 1, width, 1, inputs * outputs]), [
        [0, 0],
        [0, gap],
        [0, 0],
        [0, gap],
        [0, 0],
      ]);
      const spread: tf.Tensor4D = tf.reshape(apart, [height * dilation, width * dilation, inputs, outputs]);
      full = tf.slice(spread, [0, 0, 0, 0], [height * dilation - gap, width * dilation - gap, inputs, outputs]);
    }
    return tf.conv2d(input, full, stride, padding);
  }).map((tensor) => ({ data: tensor.dataSync(), shape: tensor.shape }));
  await tf.setBackend(backend);
  return results.map(({ data, shape }) => tf.tensor(data, shape));
}

describe.each(BACKENDS)('convolution on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(cases)('agrees with tfjs in value and gradients: $x by $filter, $options', async (test) => {
    const ours = run(test, (x, filter) => convolution(x, filter, test.options));
    const theirs = await oracle(test);
    ours.forEach((tensor, i) => expectClose(tensor, theirs[i]!));
  });

  it('agrees with finite differences', () => {
    const [x, filter] = [normal([1, 3, 3, 2], 1) as tf.Tensor4D, normal([3, 3, 2, 2], 2) as tf.Tensor4D];
    const loss = (taps: tf.Tensor): tf.Tensor => tf.sum(tf.square(convolution(x, taps as tf.Tensor4D)));
    const gradient = tf.grad(loss)(filter);
    const direction = normal(filter.shape, 4);
    const at = (step: number): number => loss(tf.add(filter, tf.mul(direction, step))).dataSync()[0]!;
    const slope = tf.sum(tf.mul(gradient, direction)).dataSync()[0]!;
    expect((at(0.05) - at(-0.05)) / 0.1 / slope).toBeCloseTo(1, 3);
  });

  it('is differentiable twice', () => {
    const [x, filter] = [normal([1, 4, 3, 1], 1), normal([3, 3, 1, 2], 2) as tf.Tensor4D];
    const v = normal([1, 4, 3, 1], 3);
    const gradient = tf.grad((input: tf.Tensor) => tf.sum(tf.square(convolution(input as tf.Tensor4D, filter))));
    const second = tf.grad((input: tf.Tensor) => tf.sum(tf.mul(gradient(input), v)))(x);
    // The loss is quadratic, hence the Hessian times v is the gradient at v.
    expectClose(second, gradient(v));
  });

  it('takes images without channels', () => {
    const [y, dx, df] = run({ x: [2, 3, 3, 0], filter: [3, 3, 0, 2], options: {} }, (x, f) => convolution(x, f));
    expect(y!.dataSync()).toEqual(new Float32Array(36));
    expect([dx!.shape, df!.shape]).toEqual([
      [2, 3, 3, 0],
      [3, 3, 0, 2],
    ]);
  });

  it('refuses a stride together with a dilation', () => {
    const call = (): tf.Tensor =>
      convolution(tf.zeros([1, 5, 5, 1]), tf.zeros([3, 3, 1, 1]), { stride: 2, dilation: 2 });
    expect(call).toThrow(
      'a convolution cannot have both a stride and a dilation (expected one of them to be 1, got stride 2, dilation 2)',
    );
  });

  it.each(cases)('leaves nothing behind: $x by $filter, $options', ({ x, filter, options }) => {
    const inputs = [normal(x, 1), normal(filter, 2)];
    const gradients = tf.grads((p, q) => convolution(p as tf.Tensor4D, q as tf.Tensor4D, options));
    expect(leaked(() => tf.dispose(gradients(inputs)))).toBe(0);
  });
});
