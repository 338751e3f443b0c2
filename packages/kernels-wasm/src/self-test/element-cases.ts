import { shaped, vector, type KnownCase, type KnownTensor } from './known-case.ts';

const x = [-2, -1e-3, 0, 1e-7, 0.5, 3];
const unary = (exact: (value: number) => number, values: readonly number[] = x): readonly KnownCase[] => [
  {
    inputs: { x: vector(...values) },
    expected: vector(...values.map((value) => exact(Math.fround(value)))),
    tolerance: 1e-6,
  },
];
const bools = (...values: readonly number[]): KnownTensor => ({ shape: [values.length], values, dtype: 'bool' });

/** A row against a column, so that broadcasting is tested as well. */
const binary = (exact: (a: number, b: number) => number, dtype?: 'bool'): readonly KnownCase[] => {
  const [a, b] = [
    [1, 2, 0.25, 3, 2],
    [2, 0.5],
  ];
  return [
    {
      inputs: { a: shaped([1, 5], a), b: shaped([2, 1], b) },
      expected: {
        ...shaped(
          [2, 5],
          b.flatMap((row) => a.map((column) => Number(exact(column, row)))),
        ),
        ...(dtype === undefined ? {} : { dtype }),
      },
      tolerance: 1e-7,
    },
  ];
};
const comparison = (holds: (a: number, b: number) => boolean): readonly KnownCase[] =>
  binary((a, b) => Number(holds(a, b)), 'bool');
const positive = [1e-7, 0.5, 1, 3, 1e10];

/** Functions of single elements against the same in float64. */
export const elementCases: Readonly<Record<string, readonly KnownCase[]>> = {
  Exp: unary(Math.exp),
  Expm1: unary(Math.expm1),
  Log: unary(Math.log, positive),
  Log1p: unary(Math.log1p, positive),
  Tanh: unary(Math.tanh),
  Sigmoid: unary((value) => 1 / (1 + Math.exp(-value))),
  Softplus: unary((value) => Math.log1p(Math.exp(value))),
  Elu: unary((value) => (value > 0 ? value : Math.expm1(value))),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Sqrt: unary(Math.sqrt, positive),
  Rsqrt: unary((value) => 1 / Math.sqrt(value), positive),
  Erf: [
    {
      inputs: { x: vector(-2, 0, 0.5, 1) },
      expected: vector(-0.9953222650189527, 0, 0.5204998778130465, 0.8427007929497149),
      tolerance: 1e-6,
    },
  ],
  Selu: unary((value) => 1.0507009873554805 * (value > 0 ? value : 1.6732632423543772 * Math.expm1(value))),
  Reciprocal: unary((value) => 1 / value, positive),
  Sign: unary(Math.sign),
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Multiply: binary((a, b) => a * b),
  RealDiv: binary((a, b) => a / b),
  Maximum: binary(Math.max),
  Minimum: binary(Math.min),
  SquaredDifference: binary((a, b) => (a - b) ** 2),
  Pow: binary(Math.pow),
  Greater: comparison((a, b) => a > b),
  GreaterEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessEqual: comparison((a, b) => a <= b),
  Equal: comparison((a, b) => a === b),
  NotEqual: comparison((a, b) => a !== b),
  Select: [
    {
      inputs: { condition: bools(1, 0, 0, 1, 0), t: vector(1, 2, 3, 4, 5), e: vector(-1, -2, -3, -4, -5) },
      expected: vector(1, -2, -3, 4, -5),
    },
    {
      inputs: { condition: bools(1, 0, 0, 1, 0), t: bools(1, 1, 1, 1, 1), e: bools(0, 0, 0, 0, 0) },
      expected: bools(1, 0, 0, 1, 0),
    },
  ],
  Softmax: [
    {
      inputs: { logits: shaped([2, 2], [0, 0, Math.log(3), 0]) },
      attrs: { dim: 1 },
      expected: shaped([2, 2], [0.5, 0.5, 0.75, 0.25]),
      tolerance: 1e-6,
    },
  ],
  LogSoftmax: [
    {
      inputs: { logits: shaped([1, 2], [Math.log(3), 0]) },
      attrs: { axis: 1 },
      expected: shaped([1, 2], [Math.log(0.75), Math.log(0.25)]),
      tolerance: 1e-6,
    },
  ],
};
