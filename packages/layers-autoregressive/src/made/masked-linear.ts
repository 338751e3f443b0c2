import { addBias, linear } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { blockProduct } from './block-product.ts';
import type { MaskBlocks } from './mask-blocks.ts';

/** Rows of a batch from which on the products of blocks are faster than one that multiplies zeros, too. */
const LEAST_BATCH = 128;

/** Backends on which operations cost little beside the arithmetic. */
const CALCULATING: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/**
 * y = x·W + b for a weight that is zero wherever its mask is: the *gradient* of W is masked and the product is not.
 *
 * A weight that starts masked stays masked under every optimizer whose step is zero where gradient and value are zero
 * (gradient descent, momentum, Adam, weight decay), so a step costs no multiplication by the mask on the way forward,
 * and whoever saves, loads or averages weights sees plain dense ones. Nothing is checked here: a weight that violates
 * the mask is used as it is.
 *
 * With `blocks`, large products leave out what the mask empties, in the gradients too: about a quarter of the time at 512
 * units and a batch of 256.
 *
 * @param x `[batch, in]`.
 * @param weight `[in, out]`.
 * @param options `mask` of zeros and ones, `[in, out]`, `bias` `[out]`, and the mask's `blocks`, if it has any.
 * @returns `[batch, out]`; the caller disposes it.
 * @example
 * const y = maskedLinear(x, weight, { mask, bias });
 *
 * Germain et al. 2015 (MADE), section 3.
 */
export function maskedLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  options: {
    readonly mask: tf.Tensor2D;
    readonly bias?: tf.Tensor1D | undefined;
    readonly blocks?: MaskBlocks | null;
  },
): tf.Tensor2D {
  const { mask, bias, blocks = null } = options;
  if (blocks !== null && x.shape[0] >= LEAST_BATCH && CALCULATING.has(tf.getBackend())) {
    return tf.tidy(() => {
      const product = blockProduct(x, weight, { mask, blocks });
      return bias === undefined ? product : addBias(product, bias);
    });
  }
  const masked = tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, mask),
  }));
  return tf.tidy(() => linear(x, masked(weight) as tf.Tensor2D, bias));
}
