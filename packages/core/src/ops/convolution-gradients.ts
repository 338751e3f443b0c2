import * as tf from '@tensorflow/tfjs';
import { matMul } from './mat-mul.ts';

/** How a convolution walks over its input. */
export interface Geometry {
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before and after, rows and columns. */
  readonly pads: readonly [[number, number], [number, number]];
}

interface InputGradientOptions extends Geometry {
  readonly inputShape: readonly [number, number, number, number];
  /** The convolution itself, so that second derivatives come out of the same rule. */
  readonly convolve: (x: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry) => tf.Tensor4D;
}

interface FilterGradientOptions extends Geometry {
  readonly filterShape: readonly [number, number, number, number];
}

/**
 * The gradient of a convolution in its input: the convolution of ∂y, its elements `stride` apart, with the filter
 * flipped in space and its channels swapped.
 */
export function convolutionInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: InputGradientOptions,
): tf.Tensor4D {
  const { stride, dilation, pads, inputShape, convolve } = options;
  const flipped: tf.Tensor4D = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const spread = spreadOut(dy, stride);
  const around = (axis: 0 | 1): [number, number] => {
    const reach = (filter.shape[axis] - 1) * dilation;
    const before = reach - pads[axis][0];
    // Rows that the last step did not reach get no gradient but must come out.
    return [before, inputShape[axis + 1]! + reach - before - spread.shape[axis + 1]!];
  };
  return convolve(spread, flipped, { stride: 1, dilation, pads: [around(0), around(1)] });
}

/** Puts `stride − 1` zeros between neighbours, rows and columns. */
function spreadOut(dy: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const apart = tf.pad(tf.reshape(dy, [batch, height, 1, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, stride - 1],
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ]);
  return tf.slice(
    tf.reshape(apart, [batch, height * stride, width * stride, channels]) as tf.Tensor4D,
    [0, 0, 0, 0],
    [batch, (height - 1) * stride + 1, (width - 1) * stride + 1, channels],
  );
}

/**
 * The gradient of a convolution in its filter: for each tap, the product of the channels-first input seen through that
 * tap, `[in, batch·positions]`, with ∂y, `[batch·positions, out]`.
 */
export function convolutionFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  options: FilterGradientOptions,
): tf.Tensor4D {
  const { stride, dilation, pads, filterShape } = options;
  const [filterHeight, filterWidth, inputs, outputs] = filterShape;
  const [batch, height, width] = dy.shape;
  const positions = batch * height * width;
  const padded = pads.flat().some((zeros) => zeros > 0) ? tf.pad(x, [[0, 0], pads[0], pads[1], [0, 0]]) : x;
  // Transposed once for all taps; ∂y is packed once, since every product has the same second factor.
  const channelsFirst: tf.Tensor4D = tf.transpose(padded, [3, 0, 1, 2]);
  const columns: tf.Tensor2D = tf.reshape(dy, [positions, outputs]);
  const taps: tf.Tensor2D[] = [];
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const begin = [0, 0, row * dilation, column * dilation];
      const seen = tf.slice(channelsFirst, begin, [inputs, batch, (height - 1) * stride + 1, (width - 1) * stride + 1]);
      taps.push(matMul(tf.reshape(everyNth(seen, stride), [inputs, positions]), columns));
    }
  }
  const all: tf.Tensor = taps.length === 1 ? taps[0]! : tf.concat(taps, 0);
  return tf.reshape(all, [filterHeight, filterWidth, inputs, outputs]);
}

/** Rows and columns 0, stride, 2·stride, … of the last two axes. */
function everyNth(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return x;
  return tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 1, stride, stride]) as tf.Tensor4D;
}
