import type { Weights } from './weights.ts';

/** A function of vectors. */
export type VectorMap = (input: Float64Array) => Float64Array;

/** y = x W + b, W `[inputs, outputs]`; without inputs there is no W. */
export function readDense(weights: Weights): VectorMap {
  const bias = weights.get('bias');
  const weight = weights.has('weight') ? weights.get('weight') : new Float64Array(0);
  return (x) => {
    const y = Float64Array.from(bias);
    for (let i = 0; i < x.length; i++) {
      const row = i * y.length;
      for (let j = 0; j < y.length; j++) y[j]! += x[i]! * weight[row + j]!;
    }
    return y;
  };
}
