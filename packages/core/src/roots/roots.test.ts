import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { take } from '../../test/part-checks.ts';
import { assertRoot, monotoneRoot, solveMonotone } from './index.ts';

const amplitudes = [-0.99, -0.5, 0, 1, 10];

/** t + a tanh t = y. */
const f =
  (a: tf.Tensor | number) =>
  (t: tf.Tensor): tf.Tensor =>
    tf.add(t, tf.mul(a, tf.tanh(t)));
const derivative =
  (a: tf.Tensor | number) =>
  (t: tf.Tensor): tf.Tensor =>
    tf.add(1, tf.mul(a, tf.sub(1, tf.square(tf.tanh(t)))));

function bracket(y: tf.Tensor, a: tf.Tensor | number): { lower: tf.Tensor; upper: tf.Tensor } {
  return { lower: tf.sub(y, tf.abs(a)), upper: tf.add(y, tf.abs(a)) };
}

/** The root in float64, by bisection. */
function reference(y: number, a: number): number {
  let [low, high] = [y - Math.abs(a), y + Math.abs(a)];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle + a * Math.tanh(middle) > y) high = middle;
    else low = middle;
  }
  return low;
}

describe.each(BACKENDS)('solveMonotone on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(amplitudes)('solves t + %d tanh t = y to float32', (a) => {
    const targets = [-1e4, -20, -3, -0.7, -1e-3, 0, 0.01, 1, 5, 50, 1e4];
    for (const slope of [derivative(a), undefined]) {
      const y = tf.tensor1d(targets);
      const t = tf.tidy(() => solveMonotone({ f: f(a), derivative: slope, target: y, ...bracket(y, a) }));
      const roots = take(t);
      targets.forEach((target, i) => {
        const exact = reference(Math.fround(target), a);
        // f(t) is only known to a unit of float32, and a flat f magnifies that.
        const flatness = 1 / (1 + a * (1 - Math.tanh(exact) ** 2));
        expect(Math.abs(roots[i]! - exact)).toBeLessThan(1e-6 * (1 + Math.abs(exact)) * Math.max(1, flatness));
      });
      y.dispose();
    }
  });

  it('survives functions on which Newton alone diverges or creeps', () => {
    // Newton overshoots on arctan from |t| > 1.39, and creeps on t⁹ near 0.
    const y = tf.tensor1d([1.5, -1.5, 0]);
    const t = tf.tidy(() =>
      solveMonotone({
        f: tf.atan,
        derivative: (u) => tf.div(1, tf.add(1, tf.square(u))),
        target: y,
        lower: tf.fill([3], -100),
        upper: tf.fill([3], 300),
      }),
    );
    [Math.tan(1.5), Math.tan(-1.5), 0].forEach((root, i) => expect(t.dataSync()[i]! - root).toBeCloseTo(0, 3));
    const cube = tf.tidy(() =>
      solveMonotone({
        f: (u) => tf.pow(u, tf.scalar(9, 'int32')),
        derivative: (u) => tf.mul(9, tf.pow(u, tf.scalar(8, 'int32'))),
        target: tf.tensor1d([512, 1]),
        lower: tf.fill([2], -10),
        upper: tf.fill([2], 10),
      }),
    );
    [2, 1].forEach((root, i) => expect(cube.dataSync()[i]).toBeCloseTo(root, 5));
    tf.dispose([y, t, cube]);
  });

  it('gives every element the same root whatever its neighbours are', () => {
    const y = tf.tensor1d([-40, -1, 0.3, 2, 9]);
    const solve = (target: tf.Tensor): number[] =>
      take(tf.tidy(() => solveMonotone({ f: f(3), derivative: derivative(3), target, ...bracket(target, 3) })));
    const together = solve(y);
    Array.from(y.dataSync()).forEach((value, i) => expect(solve(tf.tensor1d([value]))[0]).toBe(together[i]));
  });

  it('ends at the end of the bracket when the root is outside, and hands NaN on', () => {
    const y = tf.tensor1d([50, -50, NaN]);
    const t = take(
      tf.tidy(() =>
        solveMonotone({ f: (u) => tf.mul(u, 2), target: y, lower: tf.fill([3], -1), upper: tf.fill([3], 1) }),
      ),
    );
    expect(t[0]).toBeCloseTo(1, 5);
    expect(t[1]).toBeCloseTo(-1, 5);
    expect(t[2]).toBeNaN();
  });

  it('leaves only the root behind', () => {
    const y = normal([4, 3], 1);
    const lower = tf.sub(y, 1);
    const upper = tf.add(y, 1);
    const count = leaked(() =>
      solveMonotone({ f: f(1), derivative: derivative(1), target: y, lower, upper }).dispose(),
    );
    expect(count).toBe(0);
  });
});

describe.each(BACKENDS)('monotoneRoot on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  const root = (y: tf.Tensor, a: tf.Tensor): tf.Tensor =>
    tf.tidy(() => monotoneRoot({ f: f(a), derivative: derivative(a), target: y, ...bracket(y, a) }));

  it('has the gradients of the implicit function theorem in target and parameters', () => {
    const targets = [-4, -0.8, 0.05, 0.6, 3];
    const parameters = [-0.9, -0.4, 0.5, 3, 10];
    const [y, a] = [tf.tensor1d(targets), tf.tensor1d(parameters)];
    const [dy, da] = tf.grads(root)([y, a]) as [tf.Tensor, tf.Tensor];
    const step = 1e-5;
    targets.forEach((target, i) => {
      const parameter = Math.fround(parameters[i]!);
      const inTarget = (reference(target + step, parameter) - reference(target - step, parameter)) / (2 * step);
      const inParameter = (reference(target, parameter + step) - reference(target, parameter - step)) / (2 * step);
      expect(dy.dataSync()[i]! / inTarget).toBeCloseTo(1, 4);
      expect(Math.abs(da.dataSync()[i]! - inParameter)).toBeLessThan(1e-4 * (1 + Math.abs(inParameter)));
    });
    tf.dispose([y, a, dy, da]);
  });

  it('reaches variables that f closes over, through other operations on both sides', () => {
    const a = tf.variable(tf.scalar(2));
    const y = tf.tensor2d([
      [0.5, -1],
      [2, 0.1],
    ]);
    const { value, grads } = tf.variableGrads(() => {
      const amplitude = tf.square(a);
      const t = monotoneRoot({
        f: f(amplitude),
        derivative: derivative(amplitude),
        target: tf.mul(y, 3),
        lower: tf.sub(tf.mul(y, 3), 4),
        upper: tf.add(tf.mul(y, 3), 4),
      });
      return tf.sum(tf.square(t)) as tf.Scalar;
    });
    const loss = (parameter: number): number =>
      Array.from(y.dataSync()).reduce((sum, target) => sum + reference(3 * target, parameter ** 2) ** 2, 0);
    expect(value.dataSync()[0]).toBeCloseTo(loss(2), 4);
    expect(take(Object.values(grads)[0]!)[0]).toBeCloseTo((loss(2 + 1e-5) - loss(2 - 1e-5)) / 2e-5, 3);
    tf.dispose([a, y, value]);
  });

  it('leaks neither with nor without a gradient', () => {
    const [y, a] = [normal([3], 1), tf.tensor1d([1, 2, 3])];
    expect(leaked(() => root(y, a).dispose())).toBe(0);
    expect(leaked(() => tf.dispose(tf.grads(root)([y, a])))).toBe(0);
    tf.dispose([y, a]);
  });
});

describe('assertRoot', () => {
  const rightSides = [1, 2, 3];
  const double = (t: tf.Tensor): tf.Tensor => tf.mul(t, 2);

  it('accepts a root', async () => {
    await assertRoot({ f: double, root: tf.tensor1d([0.5, 1, 1.5]), target: tf.tensor1d(rightSides) });
    await assertRoot({ f: double, root: tf.tensor1d([]), target: tf.tensor1d([]) });
  });

  it.each([
    { name: 'a value that solves nothing', root: [0.5, 4, 1.5], found: 'got 2 at element 1' },
    { name: 'NaN', root: [0.5, NaN, 1.5], found: 'got NaN at element 1' },
  ])('refuses $name', async ({ root, found }) => {
    const before = tf.memory().numTensors;
    const [tensor, target] = [tf.tensor1d(root), tf.tensor1d(rightSides)];
    const checked = assertRoot({ f: double, root: tensor, target, place: 'layers[3] (planar)' });
    await expect(checked).rejects.toThrow('layers[3] (planar): the root finder did not solve its equation');
    await expect(checked).rejects.toThrow(found);
    tf.dispose([tensor, target]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
