import * as tf from '@tensorflow/tfjs';

/**
 * Gradient of `Cumprod`. With y_j = x_0 ⋯ x_j it is dx_i = (x_0 ⋯ x_{i−1}) s_i, where s_i = dy_i + x_{i+1} s_{i+1}. The
 * recurrence is solved by doubling, in log₂ n steps and without a division, so that zeros in x are no trouble.
 */
export function cumprodGradient(): tf.GradConfig {
  return {
    kernelName: 'Cumprod',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as {
        readonly axis: number;
        readonly exclusive: boolean;
        readonly reverse: boolean;
      };
      return { x: () => tf.tidy(() => gradient(x!, dy as tf.Tensor, { axis, exclusive, reverse })) };
    },
  };
}

interface Options {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function gradient(x: tf.Tensor, dy: tf.Tensor, { axis, exclusive, reverse }: Options): tf.Tensor {
  if (x.size === 0) return tf.zerosLike(x);
  const along = axis < 0 ? axis + x.rank : axis;
  if (reverse) {
    const turned = gradient(tf.reverse(x, along), tf.reverse(dy, along), { axis: along, exclusive, reverse: false });
    return tf.reverse(turned, along);
  }
  const length = x.shape[along]!;
  let sums = exclusive ? shift(dy, along, 1) : dy;
  let factors = shift(x, along, 1);
  for (let step = 1; step < length; step *= 2) {
    sums = tf.add(sums, tf.mul(factors, shift(sums, along, step)));
    factors = tf.mul(factors, shift(factors, along, step));
  }
  return tf.mul(tf.cumprod(x, along, true), sums);
}

/** x[i + by] along an axis, zeros behind the end. */
function shift(x: tf.Tensor, axis: number, by: number): tf.Tensor {
  const begin = x.shape.map((_, each) => (each === axis ? by : 0));
  const size = x.shape.map((length, each) => (each === axis ? length - by : length));
  return tf.pad(
    tf.slice(x, begin, size),
    x.shape.map((_, each) => [0, each === axis ? by : 0]),
  );
}
