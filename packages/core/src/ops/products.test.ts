import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { linear } from './linear.ts';
import { matMul, type MatMulOptions } from './mat-mul.ts';
import { BACKENDS, expectClose, leaked, normal } from '../../test/numeric.ts';

type Inputs = tf.Tensor[];

const sizes = [
  [5, 3, 4],
  [1, 1, 1],
  [7, 1, 3],
  [1, 9, 2],
  [3, 50, 1],
] as const;

/** Value and gradients of f, weighted by fixed numbers so that every output counts differently. */
function valueAndGradients(f: (...inputs: Inputs) => tf.Tensor, inputs: Inputs): tf.Tensor[] {
  const value = f(...inputs);
  const weights = normal(value.shape, 'weights');
  return [value, ...tf.grads(f)(inputs, weights)];
}

/** The same on the cpu backend, by tfjs's own gradients. */
async function oracle(f: (...inputs: Inputs) => tf.Tensor, inputs: Inputs): Promise<tf.Tensor[]> {
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  const results = valueAndGradients(f, inputs).map((tensor) => ({ data: tensor.dataSync(), shape: tensor.shape }));
  await tf.setBackend(backend);
  return results.map(({ data, shape }) => tf.tensor(data, shape));
}

describe.each(BACKENDS)('products on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  const transposes: MatMulOptions[] = [
    {},
    { transposeA: true },
    { transposeB: true },
    { transposeA: true, transposeB: true },
  ];
  it.each(transposes)('matMul agrees with tfjs: %o', async (options) => {
    for (const [rows, inner, columns] of sizes) {
      const a = normal(options.transposeA ? [inner, rows] : [rows, inner], 1);
      const b = normal(options.transposeB ? [columns, inner] : [inner, columns], 2);
      const ours = valueAndGradients((p, q) => matMul(p as tf.Tensor2D, q as tf.Tensor2D, options), [a, b]);
      const theirs = await oracle((p, q) => tf.matMul(p!, q!, options.transposeA, options.transposeB), [a, b]);
      ours.forEach((tensor, i) => expectClose(tensor, theirs[i]!));
    }
  });

  it('linear agrees with product and sum', async () => {
    for (const [rows, inner, columns] of sizes) {
      const inputs = [normal([rows, inner], 1), normal([inner, columns], 2), normal([columns], 3)];
      const ours = valueAndGradients((x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D), inputs);
      const theirs = await oracle((x, w, b) => tf.add(tf.matMul(x!, w!), b!), inputs);
      ours.forEach((tensor, i) => expectClose(tensor, theirs[i]!));
    }
  });

  it('is differentiable twice', () => {
    const [x, w] = [normal([4, 3], 1) as tf.Tensor2D, normal([3, 2], 2) as tf.Tensor2D];
    // Σ (xW)² is quadratic in x: its gradient's directional derivative along v is 2 v W Wᵀ.
    const gradient = tf.grad((input: tf.Tensor) => tf.sum(tf.square(matMul(input as tf.Tensor2D, w))));
    const v = normal([4, 3], 3);
    const second = tf.grad((input: tf.Tensor) => tf.sum(tf.mul(gradient(input), v)))(x);
    expectClose(second, tf.mul(2, tf.matMul(tf.matMul(v as tf.Tensor2D, w), w, false, true)));
  });

  it('takes empty factors', () => {
    const [x, w, b] = [tf.zeros([4, 0]), tf.zeros([0, 3]), tf.tensor1d([1, 2, 3])] as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
    ];
    const [y, dx, dw, db] = valueAndGradients(
      (p, q, r) => linear(p as tf.Tensor2D, q as tf.Tensor2D, r as tf.Tensor1D),
      [x, w, b],
    );
    expectClose(y!, tf.tile(tf.reshape(b, [1, 3]), [4, 1]));
    expect([dx!.shape, dw!.shape]).toEqual([
      [4, 0],
      [0, 3],
    ]);
    expectClose(db!, tf.sum(normal([4, 3], 'weights'), 0));
    expect(linear(tf.zeros([0, 2]), tf.zeros([2, 3]), b).shape).toEqual([0, 3]);
    expect(matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).dataSync()).toEqual(new Float32Array(6));
  });

  it('leaves nothing behind', () => {
    const inputs = [normal([4, 3], 1), normal([3, 2], 2), normal([2], 3)];
    const run = (): void =>
      tf.dispose(tf.grads((x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D))(inputs));
    expect(leaked(run)).toBe(0);
    expect(
      leaked(() => linear(inputs[0] as tf.Tensor2D, inputs[1] as tf.Tensor2D, inputs[2] as tf.Tensor1D).dispose()),
    ).toBe(0);
  });
});
