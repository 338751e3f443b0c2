import * as tf from '@tensorflow/tfjs';
import { describeCases, type RefusedCase, type ValueCase } from './cases.ts';

const [INF, E] = [Infinity, Math.E];

/** Function → pairs of argument and value, as tfjs's own tests and the definitions have them. */
const tables: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  exp: [
    [0, 1],
    [1, E],
    [-1, 1 / E],
    [2, 7.3890560989],
    [INF, INF],
    [-INF, 0],
    [NaN, NaN],
    [89, INF],
    [-104, 0],
  ],
  expm1: [
    [0, 0],
    [1, E - 1],
    [-1, 1 / E - 1],
    [1e-7, 1.00000005e-7],
    [INF, INF],
    [-INF, -1],
    [NaN, NaN],
  ],
  log: [
    [1, 0],
    [2, 0.6931471806],
    [E, 1],
    [0, -INF],
    [-1, NaN],
    [INF, INF],
    [NaN, NaN],
  ],
  log1p: [
    [0, 0],
    [1, 0.6931471806],
    [-1, -INF],
    [-2, NaN],
    [1e-7, 9.9999995e-8],
    [INF, INF],
    [NaN, NaN],
  ],
  tanh: [
    [0, 0],
    [1, 0.761594156],
    [-1, -0.761594156],
    [1e-6, 1e-6],
    [50, 1],
    [INF, 1],
    [-INF, -1],
    [NaN, NaN],
  ],
  sigmoid: [
    [0, 0.5],
    [1, 0.7310585786],
    [-1, 0.2689414214],
    [3, 0.9525741268],
    [200, 1],
    [-200, 0],
    [NaN, NaN],
  ],
  softplus: [
    [0, 0.6931471806],
    [1, 1.3132616875],
    [-1, 0.3132616875],
    [50, 50],
    [-200, 0],
    [INF, INF],
    [-INF, 0],
    [NaN, NaN],
  ],
  erf: [
    [0, 0],
    [0.25, 0.2763263902],
    [0.5, 0.5204998778],
    [-0.4, -0.428392355],
    [1, 0.8427007929],
    [INF, 1],
    [-INF, -1],
    [NaN, NaN],
  ],
  elu: [
    [0, 0],
    [1, 1],
    [-1, -0.6321205588],
    [-100, -1],
    [INF, INF],
    [NaN, NaN],
  ],
  selu: [
    [0, 0],
    [1, 1.0507009874],
    [-1, -1.1113307378],
    [NaN, NaN],
  ],
  relu: [
    [1, 1],
    [-2, 0],
    [0, 0],
    [-INF, 0],
    [INF, INF],
    [NaN, NaN],
  ],
  sin: [
    [0, 0],
    [1, 0.8414709848],
    [-4, 0.7568024953],
    [INF, NaN],
    [NaN, NaN],
  ],
  cos: [
    [0, 1],
    [1, 0.5403023059],
    [-4, -0.6536436209],
    [INF, NaN],
    [NaN, NaN],
  ],
  sqrt: [
    [0, 0],
    [4, 2],
    [2, 1.4142135624],
    [-1, NaN],
    [INF, INF],
    [NaN, NaN],
  ],
  rsqrt: [
    [4, 0.5],
    [2, 0.7071067812],
    [0, INF],
    [-1, NaN],
    [INF, 0],
    [NaN, NaN],
  ],
  reciprocal: [
    [2, 0.5],
    [-4, -0.25],
    [0, INF],
    [INF, 0],
    [NaN, NaN],
  ],
  sign: [
    [1.5, 1],
    [-3, -1],
    [0, 0],
    [INF, 1],
    [-INF, -1],
  ],
  logSigmoid: [
    [0, -0.6931471806],
    [-2, -2.126928011],
    [2, -0.126928011],
    [NaN, NaN],
  ],
};

type Unary = (x: tf.Tensor) => tf.Tensor;
const functionCalled = (name: string): Unary => (tf as unknown as Record<string, Unary>)[name]!;

const unary: readonly ValueCase[] = Object.entries(tables).map(([name, pairs]) => ({
  name,
  run: () => functionCalled(name)(tf.tensor1d(pairs.map(([x]) => x))),
  shape: [pairs.length],
  values: pairs.map(([, y]) => y),
}));

const refused: readonly RefusedCase[] = Object.keys(tables).map((name) => ({
  name: `${name} of null`,
  run: () => functionCalled(name)(null as unknown as tf.Tensor),
  words: "'x' passed to",
}));

const slopes: readonly ValueCase[] = [
  ['exp', 2, 7.3890560989],
  ['log', 4, 0.25],
  ['log1p', 3, 0.25],
  ['expm1', 0, 1],
  ['tanh', 0.5, 0.786447733],
  ['sigmoid', 1, 0.1966119332],
  ['softplus', -1, 0.2689414214],
  ['erf', 0.5, 0.8787825789],
  ['elu', -1, 0.3678794412],
].map(([name, x, slope]) => ({
  name: `gradient of ${name} at ${x}`,
  run: () => tf.grad(functionCalled(name as string))(tf.scalar(x as number)),
  shape: [],
  values: [slope as number],
}));

const row = (...values: number[]): tf.Tensor => tf.tensor1d(values);
const pairs: readonly ValueCase[] = [
  { name: 'add', run: () => tf.add(row(1, 2), row(10)), shape: [2], values: [11, 12] },
  { name: 'sub', run: () => tf.sub(tf.tensor2d([1, 2], [2, 1]), row(1, 3)), shape: [2, 2], values: [0, -2, 1, -1] },
  { name: 'mul', run: () => tf.mul(row(2, NaN, INF), row(3, 1, 0)), shape: [3], values: [6, NaN, NaN] },
  { name: 'div', run: () => tf.div(row(1, -1, 0), row(0, 0, 0)), shape: [3], values: [INF, -INF, NaN] },
  {
    name: 'pow',
    run: () => tf.pow(row(2, -2, 0, 4, -1), row(3, 3, 0, 0.5, 0.5)),
    shape: [5],
    values: [8, -8, 1, 2, NaN],
  },
  { name: 'maximum', run: () => tf.maximum(row(1, NaN, -3), row(0, 2, -2)), shape: [3], values: [1, NaN, -2] },
  { name: 'minimum', run: () => tf.minimum(row(1, 2, -3), row(0, NaN, -2)), shape: [3], values: [0, NaN, -3] },
  { name: 'squaredDifference', run: () => tf.squaredDifference(row(1, 5), row(3, 2)), shape: [2], values: [4, 9] },
  {
    name: 'greater',
    run: () => tf.greater(row(1, 2, NaN), row(1, 1, 1)),
    shape: [3],
    values: [0, 1, 0],
    dtype: 'bool',
  },
  {
    name: 'lessEqual',
    run: () => tf.lessEqual(row(1, 2, NaN), row(1, 1, 1)),
    shape: [3],
    values: [1, 0, 0],
    dtype: 'bool',
  },
  { name: 'equal', run: () => tf.equal(row(1, 2, NaN), row(1, 1, NaN)), shape: [3], values: [1, 0, 0], dtype: 'bool' },
  {
    name: 'notEqual',
    run: () => tf.notEqual(row(1, 2, NaN), row(1, 1, NaN)),
    shape: [3],
    values: [0, 1, 1],
    dtype: 'bool',
  },
  { name: 'a float and an int32', run: () => tf.add(row(0.5), tf.scalar(1, 'int32')), shape: [1], values: [1.5] },
  {
    name: 'int32',
    run: () => tf.mul(tf.scalar(3, 'int32'), tf.scalar(-2, 'int32')),
    shape: [],
    values: [-6],
    dtype: 'int32',
  },
];

describeCases('functions of one number', [...unary, ...slopes], refused);
describeCases('functions of two numbers', pairs, [
  {
    name: 'shapes that do not broadcast',
    run: () => tf.add(row(1, 2), row(1, 2, 3)),
    words: 'could not be broadcast together with shapes',
  },
  { name: 'a null', run: () => tf.mul(row(1), null as unknown as tf.Tensor), words: "'b' passed to 'mul'" },
]);
