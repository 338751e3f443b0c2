import * as tf from '@tensorflow/tfjs';
import { solveMonotone, type ElementwiseFunction, type MonotoneEquation } from './solve-monotone.ts';

/** {@link MonotoneEquation} with the derivative that the gradient needs. */
export interface DifferentiableEquation extends MonotoneEquation {
  readonly derivative: ElementwiseFunction;
}

/**
 * The root t of f(t) = target, differentiable in the target and in **every tensor and variable that `f` closes over**.
 *
 * Implicit function theorem: dt/dtarget = 1 / f′(t) and dt/dθ = −(∂f/∂θ)(t) / f′(t). The root is found off the tape by
 * {@link solveMonotone}; then f(t) − target is evaluated once more with t held fixed, on the tape, and whatever gradient
 * reaches t is sent into that residual as −1/f′(t). No gradient is taken inside a gradient, which tfjs cannot do.
 * `lower`, `upper` and `derivative` carry no gradient. First derivatives only.
 *
 * @returns t of the target's shape; the caller disposes
 * @example
 * // The inverse of y = t + a tanh t, a > −1, with gradients for y and a.
 * const t = monotoneRoot({
 *   f: (t) => tf.add(t, tf.mul(a, tf.tanh(t))),
 *   derivative: (t) => tf.add(1, tf.mul(a, tf.sub(1, tf.square(tf.tanh(t))))),
 *   target: y,
 *   lower: tf.sub(y, tf.abs(a)),
 *   upper: tf.add(y, tf.abs(a)),
 * });
 */
export function monotoneRoot(equation: DifferentiableEquation): tf.Tensor {
  return tf.tidy(() => {
    const root = solveMonotone(equation);
    const residual = tf.sub(equation.f(root), equation.target);
    return attachGradient(residual, root, equation.derivative);
  });
}

/** The root's value with −1/f′(root) as its derivative in the residual. */
function attachGradient(residual: tf.Tensor, root: tf.Tensor, derivative: ElementwiseFunction): tf.Tensor {
  const attach = tf.customGrad((_residual, save) => {
    (save as (tensors: tf.Tensor[]) => void)([derivative(root)]);
    return {
      value: tf.clone(root),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.neg(tf.div(dy, saved[0]!)),
    };
  });
  return attach(residual);
}
