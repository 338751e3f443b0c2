import * as tf from '@tensorflow/tfjs';

/** Above this length a sum is taken in two stages: float32 running sums lose a digit per factor of ten. */
const LONGEST_RUNNING_SUM = 128;

/**
 * The sum over every axis but the first: what turns elementwise log-derivatives into a log-det.
 *
 * Long events are summed in blocks, since the wasm backend accumulates naively in float32.
 *
 * @param x `[batch, ...eventShape]`.
 * @returns `[batch]`; zeros for an event without elements. The caller disposes it.
 * @example
 * const logDet = sumEvent(logDerivative);
 */
export function sumEvent(x: tf.Tensor): tf.Tensor1D {
  const batch = x.shape[0]!;
  const size = x.shape.slice(1).reduce((product, length) => product * length, 1);
  if (size === 0 || batch === 0) return emptySum(x, batch);
  if (size === 1) return tf.reshape(x, [batch]);
  return tf.tidy(() => {
    const block = size > LONGEST_RUNNING_SUM ? blockLength(size) : 1;
    if (block === 1) return tf.sum(tf.reshape(x, [batch, size]), 1);
    return tf.sum(tf.sum(tf.reshape(x, [batch, size / block, block]), 2), 1);
  });
}

/** The longest divisor of `size` that is not above its square root. */
function blockLength(size: number): number {
  let length = Math.floor(Math.sqrt(size));
  while (size % length !== 0) length--;
  return length;
}

/** Kernels are undefined on tensors without elements (wasm), and the result must stay connected to x. */
function emptySum(x: tf.Tensor, batch: number): tf.Tensor1D {
  const shape = x.shape;
  const sum = tf.customGrad(() => ({
    value: tf.zeros([batch]),
    gradFunc: () => tf.zeros(shape),
  }));
  return sum(x) as tf.Tensor1D;
}
