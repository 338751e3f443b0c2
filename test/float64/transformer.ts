import { lookUp, type Config } from './layer.ts';
import { affine, additive } from './affine.ts';
import { gated } from './gated.ts';
import { mixtureOfGaussians, mixtureOfLogistics } from './mixture.ts';
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

const transformers = {
  affine,
  additive,
  gated,
  'rational-quadratic-spline': spline,
  'mixture-of-gaussians': mixtureOfGaussians,
  'mixture-of-logistics': mixtureOfLogistics,
};

export function readTransformer(config: Config, weights: Weights): Transformer {
  return lookUp<Transformer>(transformers, config, weights);
}

/** Data → latent is `inverse`, whichever direction the parameters act in. */
export function along(
  direction: Transformer['direction'],
  transformer: Transformer,
  input: Float64Array,
  parameters: Float64Array,
  features: number,
): Scalars {
  return transformer[direction === transformer.direction ? 'act' : 'undo'](input, parameters, features);
}
