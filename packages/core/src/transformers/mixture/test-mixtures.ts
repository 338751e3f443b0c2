import * as tf from '@tensorflow/tfjs';
import { Random } from '../../random/random.ts';
import { MixtureOfGaussians } from './mixture-of-gaussians.ts';
import { MixtureOfLogistics } from './mixture-of-logistics.ts';
import type { MixtureOptions } from './mixture-options.ts';

/** The two families. */
export type Kind = 'logistics' | 'gaussians';
/** Either transformer. */
export type Mixture = MixtureOfLogistics | MixtureOfGaussians;

/** Options of every kind, named. */
export const CASES: readonly (readonly [string, Kind, MixtureOptions])[] = [
  ['logistics', 'logistics', {}],
  ['logistics without an outer map', 'logistics', { output: 'real', components: 3 }],
  ['logistics as levels', 'logistics', { output: 'unit', components: 3 }],
  ['logistics, closed form latent → data', 'logistics', { components: 2, direction: 'forward' }],
  ['one logistic', 'logistics', { components: 1 }],
  ['gaussians', 'gaussians', {}],
  ['gaussians with an outer map', 'gaussians', { output: 'affine', components: 3 }],
  ['gaussians as levels', 'gaussians', { output: 'unit', components: 3 }],
  ['gaussians, closed form latent → data', 'gaussians', { components: 2, direction: 'forward' }],
  ['log-precisions', 'gaussians', { components: 4, spread: 0, logScale: { gain: -0.5, squash: 'none' } }],
  ['one gaussian', 'gaussians', { components: 1 }],
];

/** Builds one. */
export const make = (kind: Kind, options: MixtureOptions): Mixture =>
  kind === 'logistics' ? new MixtureOfLogistics(options) : new MixtureOfGaussians(options);

/** Values in [−3, 3] and normal raw parameters. */
export function drawn(
  mixture: Mixture,
  count: number,
  scale = 1,
): { x: Float32Array; raw: Float32Array; rows: number[][] } {
  const P = mixture.parameterCount;
  const random = new Random(`mixture ${P}`);
  const x = Float32Array.from({ length: count }, () => 6 * random.uniform() - 3);
  const raw = random.normals(count * P).map((each) => scale * each);
  return { x, raw, rows: Array.from(x, (_, n) => Array.from(raw.subarray(n * P, (n + 1) * P))) };
}

/** Gradients of Σ weights · (value, log-derivative), in the input and the parameters. */
export function differentiate(
  mixture: Mixture,
  direction: 'forward' | 'inverse',
  input: tf.Tensor,
  parameters: tf.Tensor,
  [ofValue, ofLog]: readonly [number, number],
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const total = (x: tf.Tensor, raw: tf.Tensor): tf.Tensor => {
    const { value, logDerivative } = mixture[direction](x, raw);
    return tf.sum(tf.add(tf.mul(value, ofValue), tf.mul(logDerivative, ofLog)));
  };
  return tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar)([input, parameters]);
}
