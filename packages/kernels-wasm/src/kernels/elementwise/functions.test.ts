import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectSameAsCpu, numbers, specialValues, ulp, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';
import { exactErf } from './test-exact-erf.ts';

beforeAll(useAccelerated);
afterAll(restore);

interface Case {
  readonly name: string;
  readonly run: (x: tf.Tensor) => tf.Tensor;
  readonly exact: (x: number) => number;
  /** The bound that the kernel's documentation states. */
  readonly ulps: number;
  /** Where the function is neither 0 nor constant. */
  readonly range: readonly [number, number];
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const cases: readonly Case[] = [
  { name: 'exp', run: tf.exp, exact: Math.exp, ulps: 1, range: [-104, 89] },
  { name: 'expm1', run: tf.expm1, exact: Math.expm1, ulps: 1.5, range: [-20, 89] },
  { name: 'log', run: tf.log, exact: Math.log, ulps: 1, range: [0, 20] },
  { name: 'log1p', run: tf.log1p, exact: Math.log1p, ulps: 1.5, range: [-1, 20] },
  { name: 'tanh', run: tf.tanh, exact: Math.tanh, ulps: 2.5, range: [-11, 11] },
  { name: 'sigmoid', run: tf.sigmoid, exact: (x) => 1 / (1 + Math.exp(-x)), ulps: 2.5, range: [-104, 20] },
  { name: 'softplus', run: tf.softplus, exact: exactSoftplus, ulps: 2.5, range: [-104, 30] },
  { name: 'erf', run: tf.erf, exact: exactErf, ulps: 1.25, range: [-5, 5] },
  { name: 'selu', run: tf.selu, exact: exactSelu, ulps: 2, range: [-30, 5] },
  { name: 'sin', run: tf.sin, exact: Math.sin, ulps: 1.75, range: [-40, 40] },
  { name: 'cos', run: tf.cos, exact: Math.cos, ulps: 1.75, range: [-40, 40] },
  { name: 'sqrt', run: tf.sqrt, exact: Math.sqrt, ulps: 0.51, range: [0, 100] },
  { name: 'rsqrt', run: tf.rsqrt, exact: (x) => 1 / Math.sqrt(x), ulps: 1.5, range: [0, 100] },
  { name: 'reciprocal', run: tf.reciprocal, exact: (x) => 1 / x, ulps: 0.51, range: [-10, 10] },
  { name: 'sign', run: tf.sign, exact: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), ulps: 0, range: [-2, 2] },
];

describe.each(cases)('$name', ({ run, exact, ulps, range }) => {
  it('keeps its bound on a dense grid', () => {
    const [from, to] = range;
    check(Float32Array.from({ length: 20_011 }, (_, i) => from + ((to - from) * i) / 20_010));
  });

  it('keeps its bound over all floats, denormals and huge ones included', () => {
    const bits = Uint32Array.from({ length: 40_009 }, (_, i) => i * 107_350);
    check(new Float32Array(bits.buffer));
  });

  it('treats special values and the edges of the range as IEEE arithmetic does', () => {
    const edges = [88.72283, 88.722839, -87.33655, -103.97208, -103.97209, -1 + 2 ** -24, 9.010913, 3.9192059, 0.875];
    const each = [...specialValues, ...edges, ...edges.map((x) => -x), 2 ** -126, 2 ** 23, 2 ** 60, 1048576, 1e15];
    check(Float32Array.from(each));
  });

  it.each([0, 1, 2, 3, 4, 5, 7, 8, 63])('handles %i elements and does not touch its input', (count) => {
    const x = numbers(count, 3);
    const input = tf.tensor1d(x);
    const output = run(input);
    expectClose(output.dataSync(), x.map(exact), { ulps: ulps + 0.5 });
    expectClose(input.dataSync(), x, { ulps: 0 });
    tf.dispose([input, output]);
  });

  function check(x: Float32Array): void {
    const y = tf.tidy(() => run(tf.tensor1d(x)).dataSync());
    x.forEach((each, i) => {
      const exactly = exact(each);
      const rounded = Math.fround(exactly);
      const found = y[i]!;
      if (Object.is(found, rounded) || (Number.isNaN(found) && Number.isNaN(rounded))) return;
      if (rounded === 0 && found === 0) expect(Object.is(found, rounded), `sign of zero at ${each}`).toBe(true);
      const apart = Math.abs(found - exactly) / ulp(exactly);
      if (!(apart <= ulps)) expect.fail(`at ${each}: found ${found}, exactly ${exactly}, ${apart} ulp apart`);
    });
  }
});

describe('where stock kernels fail', () => {
  it('log1p keeps small arguments', () => {
    expectClose(valuesOf(tf.log1p, [1e-7, -1e-7, 1e-20, 1e-45]), [1e-7, -1e-7, 1e-20, 1e-45].map(Math.fround), {
      ulps: 1,
    });
  });

  it('sin is relatively exact next to its zeros, far ones included', () => {
    const near = [Math.PI, 2 * Math.PI, 100 * Math.PI, 1e5 * Math.PI, 1e7 * Math.PI, 1e30].map(Math.fround);
    expectClose(valuesOf(tf.sin, near), near.map(Math.sin), { ulps: 1.75 });
  });

  it('selu keeps small arguments', () => {
    expectClose(valuesOf(tf.selu, [-1e-6]), [exactSelu(Math.fround(-1e-6))], { ulps: 2 });
  });
});

describe('what is left to tfjs', () => {
  it('int32 arguments', async () => {
    await expectSameAsCpu(() => tf.sign(tf.tensor1d([-3, 0, 5], 'int32')));
  });
});

describe('gradients through the kernels', () => {
  it.each(cases.filter(({ name }) => ['exp', 'log1p', 'tanh', 'sigmoid', 'softplus', 'erf', 'sin'].includes(name)))(
    'of $name agree with differences of the exact function',
    ({ run, exact }) => {
      const x = Float32Array.from([-0.9, -0.3, 0.2, 0.7]);
      const gradient = tf.tidy(() =>
        tf
          .grad((t: tf.Tensor) => run(t))(tf.tensor1d(x))
          .dataSync(),
      );
      const differences = Float64Array.from(x, (each) => (exact(each + 1e-5) - exact(each - 1e-5)) / 2e-5);
      expectClose(gradient, differences, { relative: 2e-6 });
    },
  );
});

function valuesOf(run: (x: tf.Tensor) => tf.Tensor, x: readonly number[]): ArrayLike<number> {
  return tf.tidy(() => run(tf.tensor1d([...x])).dataSync());
}

function exactSoftplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function exactSelu(x: number): number {
  return x > 0 ? SELU_SCALE * x : SELU_SCALE * SELU_ALPHA * Math.expm1(x);
}
