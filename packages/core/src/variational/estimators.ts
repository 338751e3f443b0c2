import * as tf from '@tensorflow/tfjs';
import type { FlatParameters } from '../training/flat-parameters.ts';
import { scoreTarget, type LogDensity, type ReparameterizedDistribution } from './target.ts';

/** How the gradient of reverse KL is estimated. */
export type Estimator = 'total' | 'path';

/** One gradient's inputs. */
export interface EstimatorInput {
  readonly flow: ReparameterizedDistribution;
  readonly logDensity: LogDensity;
  readonly parameters: FlatParameters;
  /** Draws of this step. */
  readonly samples: number;
  /** Seed of the draws. */
  readonly seed: number;
  /** Inverse temperature β of the target. */
  readonly beta: number;
}

/** Mean of log q − β log p̃ over the draws, and its flat gradient; the caller disposes both. */
export type EstimatedGradient = ReturnType<FlatParameters['gradient']>;

/**
 * Both estimators of the gradient of E_q [log q(x) − β log p̃(x)] with x = f(z; θ); the same expectation, and the same
 * loss for the same seed.
 */
export const estimators: Readonly<Record<Estimator, (input: EstimatorInput) => EstimatedGradient>> = {
  total: totalGradient,
  path: pathGradient,
};

/** Differentiates everything; log q comes with the draw, no inverse is needed. */
function totalGradient({ flow, logDensity, parameters, samples, seed, beta }: EstimatorInput): EstimatedGradient {
  return parameters.gradient(() => {
    const { value: x, logProb } = flow.rsample(samples, { seed });
    return tf.mean(tf.sub(logProb, tf.mul(scoreTarget(logDensity, x), beta))) as tf.Scalar;
  });
}

/**
 * Leaves out the score ∂log q(x; θ)/∂θ at fixed x, whose expectation is 0 but whose variance is not (Roeder, Wu &
 * Duvenaud 2017, "sticking the landing"): g(x) = ∂/∂x [log q(x) − β log p̃(x)] with the parameters held, then
 * Σ g(x) · ∂x/∂θ.
 *
 * The parameters sit in variables inside of the layers and cannot be stopped there. So g is a gradient with respect to x
 * alone, through the inverse, and its numbers are constants when the same draw is differentiated in θ.
 */
function pathGradient({ flow, logDensity, parameters, samples, seed, beta }: EstimatorInput): EstimatedGradient {
  const [value, direction] = tf.tidy(() => {
    const { value: x } = flow.rsample(samples, { seed });
    const result = tf.valueAndGrad((at: tf.Tensor) =>
      tf.mean(tf.sub(flow.logProb(at), tf.mul(scoreTarget(logDensity, at), beta))),
    )(x);
    return [result.value as tf.Scalar, result.grad] as [tf.Scalar, tf.Tensor];
  });
  try {
    const moved = parameters.gradient(
      () => tf.sum(tf.mul(direction, flow.rsample(samples, { seed }).value)) as tf.Scalar,
    );
    moved.value.dispose();
    return { ...moved, value };
  } catch (error) {
    value.dispose();
    throw error;
  } finally {
    direction.dispose();
  }
}
