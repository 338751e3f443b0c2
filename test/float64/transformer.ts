import { lookUp, type Config } from './layer.ts';
import { affine, additive } from './affine.ts';
import { spline } from './spline.ts';
import type { Weights } from './weights.ts';

/** Scalars on the other side, and the log-derivative of each. */
export interface Scalars {
  readonly value: Float64Array;
  readonly logDerivative: Float64Array;
}

/**
 * Scalar bijections in the direction in which their parameters act, and back; `features` scalars share a last axis, and
 * the P parameters of a scalar lie side by side.
 */
export interface Transformer {
  readonly parameterCount: number;
  readonly direction: 'inverse' | 'forward';
  act(input: Float64Array, parameters: Float64Array, features: number): Scalars;
  undo(output: Float64Array, parameters: Float64Array, features: number): Scalars;
}

export function readTransformer(config: Config, weights: Weights): Transformer {
  return lookUp({ affine, additive, 'rational-quadratic-spline': spline }, config, weights);
}
