import { shaped, vector, type KnownCase } from './known-case.ts';

/** r = 0 has the scale 1 by exp(B tanh(r/B)), with slope 1, and ½ by the sigmoid, with slope ½. */
export const couplingCases: Readonly<Record<string, readonly KnownCase[]>> = {
  AffineForward: [
    {
      inputs: { x: vector(1, 2, 3, 4, 5), raw: shaped([5, 2], [1, 0, 2, 0, 3, 0, 4, 0, 5, 0]) },
      attrs: { map: 'tanh', bound: 2, shiftGain: 1, shiftFirst: false },
      expected: [vector(2, 4, 6, 8, 10), vector(0, 0, 0, 0, 0)],
    },
    {
      inputs: { x: vector(1, 2, 3), raw: shaped([3, 2], [1, 1, 2, 1, 3, 1]) },
      attrs: { map: 'sigmoid', bound: -1, shiftGain: 2, shiftFirst: true },
      expected: [vector(1.5, 3, 4.5), vector(-Math.LN2, -Math.LN2, -Math.LN2)],
      tolerance: 1e-6,
    },
  ],
  AffineGradient: [
    {
      inputs: { x: vector(1, 2), raw: shaped([2, 2], [1, 0, 2, 0]), dy: vector(4, 8) },
      attrs: { map: 'sigmoid', bound: 0, shiftGain: 1, shiftFirst: true },
      expected: [vector(2, 4), shaped([2, 2], [2, 2, 4, 8])],
      tolerance: 1e-6,
    },
    {
      inputs: {
        x: vector(1, 2, 3, 4, 5),
        raw: shaped([5, 2], [9, 0, 9, 0, 9, 0, 9, 0, 9, 0]),
        dy: vector(1, 1, 1, 1, 1),
      },
      attrs: { map: 'tanh', bound: 3, shiftGain: 1, shiftFirst: false },
      expected: [vector(1, 1, 1, 1, 1), shaped([5, 2], [1, 1, 1, 2, 1, 3, 1, 4, 1, 5])],
    },
  ],
  AffineLogGradient: [
    {
      inputs: { raw: shaped([2, 1, 2], [7, 0, 7, 0]), dLogDet: vector(2, 4) },
      attrs: { map: 'sigmoid', bound: 0, shiftGain: 1, shiftFirst: true },
      expected: shaped([2, 1, 2], [0, 1, 0, 2]),
      tolerance: 1e-6,
    },
  ],
  RectifierGradient: [
    { inputs: { y: vector(0, 1, 0, 2, 3), dy: vector(1, 2, 3, 4, 5) }, expected: vector(0, 2, 0, 4, 5) },
  ],
};
