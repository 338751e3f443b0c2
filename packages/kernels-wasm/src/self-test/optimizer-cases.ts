import { shaped, vector, type KnownCase } from './known-case.ts';

const step = { learningRate: 0.5, iteration: 1, beta1: 0.5, beta2: 0.75, epsilon: 0, weightDecay: 0 };

/** First steps: with ε = 0 they have the length of the learning rate, against the sign of the gradient. */
export const optimizerCases: Readonly<Record<string, readonly KnownCase[]>> = {
  AdamStep: [
    {
      inputs: [vector(1, 2), shaped([], [3]), vector(4, -8), shaped([], [2]), vector(0, 0, 0), vector(0, 0, 0)],
      attrs: step,
      expected: [vector(0.5, 2.5), shaped([], [2.5]), vector(2, -4, 1), vector(4, 16, 1)],
      tolerance: 1e-6,
    },
  ],
  AdamaxStep: [
    {
      inputs: [vector(1, 2), vector(4, -8), vector(0, 0), vector(0, 0)],
      attrs: step,
      expected: [vector(0.5, 2.5), vector(2, -4), vector(4, 8)],
      tolerance: 1e-6,
    },
  ],
  AverageStep: [
    { inputs: { average: vector(1, 2, 3), x: vector(3, 2, 1) }, attrs: { decay: 0.75 }, expected: vector(1.5, 2, 2.5) },
  ],
  SplitFlat: [
    {
      inputs: { x: vector(1, 2, 3, 4, 5) },
      attrs: { shapes: [[2, 2], []] },
      expected: [shaped([2, 2], [1, 2, 3, 4]), shaped([], [5])],
    },
  ],
};
