import * as tf from '@tensorflow/tfjs';
import { hasDilations } from './accepts-dilations.ts';
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

type Pair = [number, number] | number;

/** Gradient of `Conv2D`, for dilations too. */
export function convolutionGradient(original: tf.GradConfig | undefined): tf.GradConfig {
  return {
    kernelName: 'Conv2D',
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

/** Gradient of the gradient with respect to the input; tfjs's own forgets dilations. */
export function convolutionInputGradientGradient(original: tf.GradConfig | undefined): tf.GradConfig {
  return {
    kernelName: 'Conv2DBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, attrs) => {
      const attributes = attrs as unknown as Attributes;
      if (original !== undefined && !isDilated(attributes)) return original.gradFunc(ddx, saved, attrs);
      const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const upstream = ddx as tf.Tensor4D;
      const { strides, pad, dilations, dimRoundingMode } = attributes;
      return {
        dy: () => tf.conv2d(upstream, filter, strides as Pair, pad, 'NHWC', (dilations ?? 1) as Pair, dimRoundingMode),
        filter: () => filterGradient(upstream, dy, filter.shape, attributes),
      };
    },
  };
}

function inputGradient(shape: Shape4, dy: tf.Tensor4D, filter: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const info = dilatedInfo(shape, filter.shape, attributes);
  if (takesDilations('Conv2DBackpropInput')) {
    return run('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: shape });
  }
  return tf.tidy(() => {
    const flat = tf.reshape(dy, [-1, info.outChannels]);
    const parts = taps(info).flatMap((tap) => {
      if (!seesSomething(info, tap)) return [];
      const weights = tf.reshape(tf.slice(filter, [...tap, 0, 0], [1, 1, -1, -1]), [info.inChannels, info.outChannels]);
      const seen = tf.reshape(tf.matMul(flat, weights, false, true), [
        info.batchSize,
        info.outHeight,
        info.outWidth,
        info.inChannels,
      ]);
      return [placedByTap(seen as tf.Tensor4D, info, tap)];
    });
    return tf.addN(parts);
  });
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4, attributes: Attributes): tf.Tensor4D {
  const info = dilatedInfo(x.shape, filterShape, attributes);
  if (takesDilations('Conv2DBackpropFilter')) {
    return run('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape });
  }
  return tf.tidy(() => {
    const image = padded(x, info);
    const flat = tf.reshape(dy, [-1, info.outChannels]);
    const parts = taps(info).map((tap) =>
      tf.matMul(tf.reshape(seenByTap(image, info, tap), [-1, info.inChannels]), flat, true, false),
    );
    return tf.reshape(tf.stack(parts), filterShape);
  });
}

function takesDilations(name: string): boolean {
  return hasDilations((tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined)?.kernelFunc);
}

function run(name: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor4D {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
}
