import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { convolutionFilterGradient, convolutionInputGradient, type Geometry } from './convolution-gradients.ts';

/** Options of {@link convolution}. */
export interface ConvolutionOptions {
  /** Steps between outputs, both axes. Default: 1. */
  readonly stride?: number;
  /** `same`: zeros around, ⌈side / stride⌉ outputs; `valid`: no padding. Default: `same`. */
  readonly padding?: 'same' | 'valid';
  /** Distance between the taps of the filter, both axes; above 1 the stride must be 1. Default: 1. */
  readonly dilation?: number;
}

/**
 * Two-dimensional convolution (cross-correlation, as everywhere in deep learning) that trains on every backend.
 *
 * The stock wasm backend has no filter gradient, no backend differentiates dilated convolutions, and the cpu backend's
 * filter gradient is a hundred times slower than products; there the gradients are composed of slices, products and a
 * convolution with the flipped filter.
 *
 * @param x `[batch, height, width, in]`.
 * @param filter `[filterHeight, filterWidth, in, out]`.
 * @returns `[batch, outHeight, outWidth, out]`; the caller disposes it.
 * @throws E_OPTION for a stride and a dilation both above 1.
 * @example
 * const y = convolution(x, filter, { padding: 'same' });
 */
export function convolution(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvolutionOptions = {}): tf.Tensor4D {
  const { stride = 1, padding = 'same', dilation = 1 } = options;
  if (stride > 1 && dilation > 1) {
    throw new FlowzooError('E_OPTION', 'a convolution cannot have both a stride and a dilation', {
      found: `stride ${stride}, dilation ${dilation}`,
      expected: 'one of them to be 1',
    });
  }
  const info = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, stride, dilation, padding);
  if (x.size === 0 || filter.size === 0) return emptyConvolution(x, filter, info.outShape);
  if (dilation === 1 && hasOwnGradient()) return tf.conv2d(x, filter, stride, padding);
  const { top, bottom, left, right } = info.padInfo;
  return composed(x, filter, {
    stride,
    dilation,
    pads: [
      [top, bottom],
      [left, right],
    ],
  });
}

/** Whether tfjs's own gradient of a plain convolution exists on this backend and is worth calling. */
function hasOwnGradient(): boolean {
  const backend = tf.getBackend();
  return backend !== 'cpu' && tf.getKernel('Conv2DBackpropFilter', backend) !== undefined;
}

function composed(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { stride, dilation, pads } = geometry;
  const convolve = tf.customGrad((input, taps, save) => {
    const [image, weights] = [input as tf.Tensor4D, taps as tf.Tensor4D];
    (save as tf.GradSaveFunc)([image, weights]);
    return {
      value: tf.conv2d(image, weights, stride, [[0, 0], pads[0], pads[1], [0, 0]], 'NHWC', dilation),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedImage, savedWeights] = saved as [tf.Tensor4D, tf.Tensor4D];
        const output = dy as tf.Tensor4D;
        return [
          convolutionInputGradient(output, savedWeights, {
            ...geometry,
            inputShape: savedImage.shape,
            convolve: composed,
          }),
          convolutionFilterGradient(savedImage, output, { ...geometry, filterShape: savedWeights.shape }),
        ];
      },
    };
  });
  return convolve(x, filter) as tf.Tensor4D;
}

/** A convolution over no channels is zero; it stays connected to both inputs. */
function emptyConvolution(x: tf.Tensor4D, filter: tf.Tensor4D, outShape: number[]): tf.Tensor4D {
  const [inputShape, filterShape] = [x.shape, filter.shape];
  const convolve = tf.customGrad(() => ({
    value: tf.zeros(outShape),
    gradFunc: () => [tf.zeros(inputShape), tf.zeros(filterShape)],
  }));
  return convolve(x, filter) as tf.Tensor4D;
}
