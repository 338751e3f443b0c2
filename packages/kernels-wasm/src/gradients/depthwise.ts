import * as tf from '@tensorflow/tfjs';
import {
  type Attributes,
  dilatedInfo,
  isDilated,
  padded,
  placedByTap,
  seenByTap,
  seesSomething,
  type Shape4,
  taps,
} from './dilated.ts';

/**
 * Gradient of `DepthwiseConv2dNative`, for dilations too. Composed of differentiable functions on every backend: tfjs's
 * own gradient kernels take the dilations and then disregard them.
 */
export function depthwiseGradient(original: tf.GradConfig | undefined): tf.GradConfig {
  return {
    kernelName: 'DepthwiseConv2dNative',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const attributes = attrs as unknown as Attributes;
      if (original !== undefined && !isDilated(attributes)) return original.gradFunc(dy, saved, attrs);
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const upstream = dy as tf.Tensor4D;
      return {
        x: () => inputGradient(x.shape, upstream, filter, attributes),
        filter: () => filterGradient(x, upstream, filter.shape, attributes),
      };
    },
  };
}

function inputGradient(shape: Shape4, dy: tf.Tensor4D, filter: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const info = dilatedInfo(shape, filter.shape, attributes, true);
  const perFilter = [-1, info.inChannels, filter.shape[3]];
  return tf.tidy(() => {
    const upstream = tf.reshape(dy, perFilter);
    const parts = taps(info).flatMap((tap) => {
      if (!seesSomething(info, tap)) return [];
      const weights = tf.reshape(tf.slice(filter, [...tap, 0, 0], [1, 1, -1, -1]), [1, ...perFilter.slice(1)]);
      const size = [info.batchSize, info.outHeight, info.outWidth, info.inChannels];
      const seen = tf.reshape(tf.sum(tf.mul(upstream, weights), 2), size);
      return [placedByTap(seen as tf.Tensor4D, info, tap)];
    });
    return tf.addN(parts);
  });
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4, attributes: Attributes): tf.Tensor4D {
  const info = dilatedInfo(x.shape, filterShape, attributes, true);
  return tf.tidy(() => {
    const image = padded(x, info);
    const upstream = tf.reshape(dy, [-1, info.inChannels, filterShape[3]]);
    const parts = taps(info).map((tap) => {
      const seen = tf.reshape(seenByTap(image, info, tap), [-1, info.inChannels, 1]);
      return tf.sum(tf.mul(seen, upstream), 0);
    });
    return tf.reshape(tf.stack(parts), filterShape);
  });
}
