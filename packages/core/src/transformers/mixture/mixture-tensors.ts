import * as tf from '@tensorflow/tfjs';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import { stopGradient } from '../../ops/index.ts';
import { monotoneRoot } from '../../roots/index.ts';
import { squashTensor } from '../squash.ts';
import { LARGEST_LOG_SCALE, LARGEST_UNIT, SMALLEST_UNIT, type LogScaleMap, type MixtureForm } from './mixture-form.ts';
import { LOG_ROOT_TWO_PI } from './normal-tail.ts';
import { logNormalCdfs, normalQuantiles } from './normal-tensors.ts';

/** A family of components by tensor operations; see `ComponentFamily`. */
export interface TensorFamily {
  logCdf(u: tf.Tensor): tf.Tensor;
  logDensity(u: tf.Tensor): tf.Tensor;
  quantile(logCdf: tf.Tensor, logSurvival: tf.Tensor): tf.Tensor;
}

/** The logistic distribution. */
export const logisticTensors: TensorFamily = {
  logCdf: (u) => tf.neg(tf.softplus(tf.neg(u))),
  logDensity: (u) => tf.neg(tf.add(tf.softplus(u), tf.softplus(tf.neg(u)))),
  quantile: (logCdf, logSurvival) => tf.sub(logCdf, logSurvival),
};

/** The standard normal distribution. */
export const normalTensors: TensorFamily = {
  logCdf: logNormalCdfs,
  logDensity: (u) => tf.sub(tf.mul(tf.square(u), -0.5), LOG_ROOT_TWO_PI),
  quantile: normalQuantiles,
};

interface Mixture {
  readonly logWeights: tf.Tensor;
  readonly locations: tf.Tensor;
  readonly logScales: tf.Tensor;
}

/**
 * A mixture composed of tensor operations, for backends whose memory cannot be read at once (webgl, webgpu); float32
 * throughout. The direction that solves finds its root by bracketed Newton steps, with gradients by the implicit function
 * theorem.
 *
 * @param input `[...shape]`.
 * @param parameters `[...shape, P]`.
 */
export function mixtureOfTensors(
  form: MixtureForm,
  family: TensorFamily,
  input: tf.Tensor,
  parameters: tf.Tensor,
  { solve }: { readonly solve: boolean },
): ScalarMapped {
  const { components: K, output, starts } = form;
  const raw = lastAxis(parameters, 0, K);
  const mixture: Mixture = {
    logWeights: tf.sub(raw, logSumExp(raw, true)),
    locations: tf.add(lastAxis(parameters, K, K), tf.tensor1d(Float32Array.from(starts))),
    logScales: logScales(lastAxis(parameters, 2 * K, K), form.logScale),
  };
  const scalar = (index: number): tf.Tensor => tf.reshape(lastAxis(parameters, index, 1), input.shape);
  const outer =
    output === 'affine' ? { gain: logScales(scalar(3 * K), form.outerLogScale), shift: scalar(3 * K + 1) } : null;
  const unit = output === 'unit';
  if (!solve) {
    const { logCdf, y, logDerivative } = evaluated(family, mixture, input, unit);
    if (unit) return { value: tf.clipByValue(tf.exp(logCdf), SMALLEST_UNIT, LARGEST_UNIT), logDerivative };
    if (outer === null) return { value: y, logDerivative };
    return {
      value: tf.add(tf.mul(y, tf.exp(outer.gain)), outer.shift),
      logDerivative: tf.add(logDerivative, outer.gain),
    };
  }
  const t = unit
    ? levelQuantile(family, input)
    : outer === null
      ? input
      : tf.mul(tf.sub(input, outer.shift), tf.exp(tf.neg(outer.gain)));
  const x = solved(family, mixture, t);
  const { logDerivative } = evaluated(family, mixture, x, unit);
  return { value: x, logDerivative: tf.neg(outer === null ? logDerivative : tf.add(logDerivative, outer.gain)) };
}

/** log C, y = F⁻¹(C), and the log-derivative of C or y. */
function evaluated(
  family: TensorFamily,
  { logWeights, locations, logScales: logs }: Mixture,
  x: tf.Tensor,
  unit: boolean,
): { readonly logCdf: tf.Tensor; readonly y: tf.Tensor; readonly logDerivative: tf.Tensor } {
  const u = tf.mul(tf.sub(tf.expandDims(x, -1), locations), tf.exp(tf.neg(logs)));
  const logCdf = logSumExp(tf.add(logWeights, family.logCdf(u)));
  const logSurvival = logSumExp(tf.add(logWeights, family.logCdf(tf.neg(u))));
  const logDensity = logSumExp(tf.sub(tf.add(logWeights, family.logDensity(u)), logs));
  const y = family.quantile(logCdf, logSurvival);
  return { logCdf, y, logDerivative: unit ? logDensity : tf.sub(logDensity, family.logDensity(y)) };
}

/** x with F⁻¹(C(x)) = t, between the least and the greatest μ + σ t; a little further, for rounding. */
function solved(family: TensorFamily, mixture: Mixture, t: tf.Tensor): tf.Tensor {
  const own = tf.add(mixture.locations, tf.mul(tf.exp(mixture.logScales), tf.expandDims(t, -1)));
  const [least, greatest] = [tf.min(own, -1), tf.max(own, -1)];
  const room = (end: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.abs(end), 1), 1e-6);
  return monotoneRoot({
    f: (x) => evaluated(family, mixture, x, false).y,
    derivative: (x) => tf.exp(evaluated(family, mixture, x, false).logDerivative),
    target: t,
    lower: stopGradient(tf.sub(least, room(least))),
    upper: stopGradient(tf.add(greatest, room(greatest))),
  });
}

/** F⁻¹ of levels in (0, 1). */
function levelQuantile(family: TensorFamily, level: tf.Tensor): tf.Tensor {
  const inside = tf.clipByValue(level, SMALLEST_UNIT, LARGEST_UNIT);
  return family.quantile(tf.log(inside), tf.log(tf.sub(1, inside)));
}

function logScales(raw: tf.Tensor, { gain, squash, start }: LogScaleMap): tf.Tensor {
  const logs = tf.add(squashTensor(tf.mul(raw, gain), squash), start);
  return tf.clipByValue(logs, -LARGEST_LOG_SCALE, LARGEST_LOG_SCALE);
}

function logSumExp(terms: tf.Tensor, keepDims = false): tf.Tensor {
  const largest = stopGradient(tf.max(terms, -1, true));
  const sums = tf.log(tf.sum(tf.exp(tf.sub(terms, largest)), -1, true));
  const result = tf.add(largest, sums);
  return keepDims ? result : tf.squeeze(result, [-1]);
}

function lastAxis(x: tf.Tensor, start: number, count: number): tf.Tensor {
  const shape = x.shape.slice(0, -1);
  return tf.slice(x, [...shape.map(() => 0), start], [...shape, count]);
}
