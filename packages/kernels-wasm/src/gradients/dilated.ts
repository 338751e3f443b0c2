import * as tf from '@tensorflow/tfjs';
import { type ConvolutionAttributes, convolutionInfo, type Info } from '../kernels/convolutions/geometry.ts';

/** Attributes of a convolution as the tape hands them to a gradient. */
export type Attributes = ConvolutionAttributes;

/** Shape of a batch of images or of a filter. */
export type Shape4 = [number, number, number, number];

/** Whether tfjs itself refuses the gradient. */
export function isDilated({ dilations }: Attributes): boolean {
  return [dilations ?? 1].flat().some((each) => each !== 1);
}

/** What the filter's tap [i, j] sees of an image, as [batch, outHeight, outWidth, channels]; stride 1. */
export function seenByTap(padded: tf.Tensor4D, info: Info, [i, j]: readonly [number, number]): tf.Tensor4D {
  const begin: Shape4 = [0, i * info.dilationHeight, j * info.dilationWidth, 0];
  return tf.slice(padded, begin, [info.batchSize, info.outHeight, info.outWidth, info.inChannels]);
}

/**
 * The image with its padding, as far as the filter goes: with padding by a number tfjs reckons the width of the output
 * by the height of the filter, and the last places of a wide filter see nothing but zeros.
 */
export function padded(x: tf.Tensor4D, info: Info): tf.Tensor4D {
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = info;
  const { top, left } = padInfo;
  const below = Math.max(0, outHeight - 1 + info.effectiveFilterHeight - top - inHeight);
  const after = Math.max(0, outWidth - 1 + info.effectiveFilterWidth - left - inWidth);
  if (top + left + below + after === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [top, below],
    [left, after],
    [0, 0],
  ]);
}

/** The gradient of {@link padded} and {@link seenByTap}: a tap's gradient at its place in the image. */
export function placedByTap(dy: tf.Tensor4D, info: Info, [i, j]: readonly [number, number]): tf.Tensor4D {
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = info;
  const [above, before] = [i * info.dilationHeight - padInfo.top, j * info.dilationWidth - padInfo.left];
  const [below, after] = [inHeight - above - outHeight, inWidth - before - outWidth];
  const cut = tf.slice(
    dy,
    [0, Math.max(0, -above), Math.max(0, -before), 0],
    [
      dy.shape[0],
      outHeight - Math.max(0, -above) - Math.max(0, -below),
      outWidth - Math.max(0, -before) - Math.max(0, -after),
      dy.shape[3],
    ],
  );
  return tf.pad(cut, [
    [0, 0],
    [Math.max(0, above), Math.max(0, below)],
    [Math.max(0, before), Math.max(0, after)],
    [0, 0],
  ]);
}

/** Every tap of the filter, row after row. */
export function taps(info: Info): readonly (readonly [number, number])[] {
  return Array.from({ length: info.filterHeight * info.filterWidth }, (_, tap) => [
    Math.floor(tap / info.filterWidth),
    tap % info.filterWidth,
  ]);
}

/** Whether a tap sees any pixel at all. */
export function seesSomething(info: Info, [i, j]: readonly [number, number]): boolean {
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = info;
  const [above, before] = [i * info.dilationHeight - padInfo.top, j * info.dilationWidth - padInfo.left];
  return above + outHeight > 0 && above < inHeight && before + outWidth > 0 && before < inWidth;
}

/** Sizes of a dilated convolution; the gradients here are for NHWC, and tfjs takes no stride beside a dilation. */
export function dilatedInfo(
  x: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
  depthwise = false,
): Info {
  const { dataFormat } = attributes;
  if (dataFormat !== undefined && dataFormat !== 'NHWC') {
    throw new Error(`the gradient of a dilated convolution takes dataFormat NHWC, not ${dataFormat}`);
  }
  return convolutionInfo(x, filter, attributes, { depthwise });
}
