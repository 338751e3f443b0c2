import type { Weights } from './weights.ts';

/** A function of vectors, and of a context where a model has one. */
export type VectorMap = (input: Float64Array, context?: Float64Array) => Float64Array;

/** y = x W + b, W `[inputs, outputs]`; without inputs there is no W. */
export function readDense(weights: Weights): VectorMap {
  const bias = weights.get('bias');
  const weight = weights.has('weight') ? weights.get('weight') : new Float64Array(0);
  return (x) => addProduct(Float64Array.from(bias), x, weight);
}

/** y = x W, without a bias. */
export function linear(weight: Float64Array): VectorMap {
  return (x) => addProduct(new Float64Array(weight.length / x.length), x, weight);
}

/** Adds x W to y, which it gives back. */
export function addProduct(y: Float64Array, x: Float64Array, weight: Float64Array): Float64Array {
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue;
    const row = i * y.length;
    for (let j = 0; j < y.length; j++) y[j]! += x[i]! * weight[row + j]!;
  }
  return y;
}
