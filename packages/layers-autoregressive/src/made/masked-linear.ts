import { linear } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * y = x·W + b for a weight that is zero wherever its mask is: the *gradient* of W is masked and the product is not.
 *
 * A weight that starts masked stays masked under every optimizer whose step is zero where gradient and value are zero
 * (gradient descent, momentum, Adam, weight decay), so a step costs no multiplication by the mask on the way forward,
 * and whoever saves, loads or averages weights sees plain dense ones. Nothing is checked here: a weight that violates
 * the mask is used as it is.
 *
 * @param x `[batch, in]`.
 * @param weight `[in, out]`.
 * @param options `mask` of zeros and ones, `[in, out]`, and `bias` `[out]`.
 * @returns `[batch, out]`; the caller disposes it.
 * @example
 * const y = maskedLinear(x, weight, { mask, bias });
 *
 * Germain et al. 2015 (MADE), section 3.
 */
export function maskedLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  options: { readonly mask: tf.Tensor2D; readonly bias?: tf.Tensor1D | undefined },
): tf.Tensor2D {
  const { mask, bias } = options;
  const masked = tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, mask),
  }));
  return tf.tidy(() => linear(x, masked(weight) as tf.Tensor2D, bias));
}
