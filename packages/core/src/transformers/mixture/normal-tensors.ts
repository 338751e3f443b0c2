import * as tf from '@tensorflow/tfjs';
import { LOG_ROOT_TWO_PI, MILLS_CENTRE, MILLS_COEFFICIENTS } from './normal-tail.ts';

/** Enough for float32. */
const COEFFICIENTS = MILLS_COEFFICIENTS.slice(0, 13);

/** Newton steps from √(−2 log(2 tail)); the slowest start, next to log ½, needs five. */
const STEPS = 7;

/** The Mills ratio Φ(−a)/φ(a) of every element, a ≥ 0; without gradient. */
function millsRatios(a: tf.Tensor): tf.Tensor {
  const t = tf.div(tf.sub(a, MILLS_CENTRE), tf.add(a, MILLS_CENTRE));
  const twice = tf.mul(t, 2);
  let first: tf.Tensor = tf.zerosLike(a);
  let second: tf.Tensor = tf.zerosLike(a);
  for (let k = COEFFICIENTS.length - 1; k > 0; k--) {
    const next = tf.sub(tf.add(tf.mul(twice, first), COEFFICIENTS[k]!), second);
    second = first;
    first = next;
  }
  return tf.div(tf.sub(tf.add(tf.mul(t, first), COEFFICIENTS[0]!), second), tf.add(a, MILLS_CENTRE));
}

/** log Φ of every element, with its gradient φ/Φ; composed for backends whose memory cannot be read at once. */
export function logNormalCdfs(u: tf.Tensor): tf.Tensor {
  const logCdf = tf.customGrad((given, save) => {
    const value = given as tf.Tensor;
    const a = tf.abs(value);
    const ratio = millsRatios(a);
    const logTail = tf.add(tf.sub(tf.mul(tf.square(a), -0.5), LOG_ROOT_TWO_PI), tf.log(ratio));
    // log(1 − tail) by its series where the tail is too thin to be subtracted from 1.
    const tail = tf.exp(logTail);
    const thin = tf.neg(tf.mul(tail, tf.add(tf.mul(tail, 0.5), 1)));
    const body = tf.where(tf.less(tail, 1e-3), thin, tf.log(tf.sub(1, tail)));
    const result = tf.where(tf.less(value, 0), logTail, body);
    (save as (tensors: tf.Tensor[]) => void)([value, result]);
    return {
      value: result,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, hazards(saved[0]!, saved[1]!)),
    };
  });
  return logCdf(u);
}

/** φ(u)/Φ(u): 1/m(−u) left of 0, where the logarithms of both are large and their difference has lost its digits. */
function hazards(u: tf.Tensor, logCdf: tf.Tensor): tf.Tensor {
  const logDensity = tf.sub(tf.mul(tf.square(u), -0.5), LOG_ROOT_TWO_PI);
  const right = tf.exp(tf.sub(logDensity, logCdf));
  return tf.where(tf.less(u, 0), tf.div(1, millsRatios(tf.abs(u))), right);
}

/** Φ⁻¹ of every element from log Φ and log(1 − Φ), by the smaller of them, which carries the gradient. */
export function normalQuantiles(logCdf: tf.Tensor, logSurvival: tf.Tensor): tf.Tensor {
  const quantile = tf.customGrad((left, right, save) => {
    const [below, above] = [left as unknown as tf.Tensor, right as unknown as tf.Tensor];
    const isLeft = tf.cast(tf.less(below, above), 'float32');
    const logTail = tf.minimum(below, above);
    let q: tf.Tensor = tf.sqrt(tf.maximum(tf.mul(tf.add(logTail, Math.LN2), -2), 0));
    for (let i = 0; i < STEPS; i++) {
      const ratio = millsRatios(q);
      const excess = tf.sub(tf.add(tf.sub(tf.mul(tf.square(q), -0.5), LOG_ROOT_TWO_PI), tf.log(ratio)), logTail);
      q = tf.maximum(tf.add(q, tf.mul(excess, ratio)), 0);
    }
    const sign = tf.sub(1, tf.mul(isLeft, 2));
    (save as unknown as (tensors: tf.Tensor[]) => void)([isLeft, millsRatios(q)]);
    return {
      value: tf.mul(sign, q),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [side, ratio] = saved as [tf.Tensor, tf.Tensor];
        const slope = tf.mul(dy, ratio);
        return [tf.mul(slope, side), tf.mul(slope, tf.sub(side, 1))];
      },
    };
  });
  return quantile(logCdf, logSurvival);
}
