import { shaped, vector, type KnownCase } from './known-case.ts';

const x = [-2, -1e-3, 0, 1e-7, 0.5, 3];
const unary = (exact: (value: number) => number, values: readonly number[] = x): readonly KnownCase[] => [
  {
    inputs: { x: vector(...values) },
    expected: vector(...values.map((value) => exact(Math.fround(value)))),
    tolerance: 1e-6,
  },
];
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
