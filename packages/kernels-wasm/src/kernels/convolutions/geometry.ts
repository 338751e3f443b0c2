import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from '../../host/host.ts';

/** Sizes of a convolution as tfjs works them out. */
export type Info = tf.backend_util.Conv2DInfo;

/** Attributes that tfjs's convolution kernels have in common; `dilations` is ours where tfjs's gradients have none. */
export interface ConvolutionAttributes {
  readonly strides: readonly [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: readonly [number, number] | number | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A convolution in the numbers that the module reads. */
export interface Geometry {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly outSize: readonly [number, number];
  readonly outChannels: number;
  readonly filter: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows and columns of padding before the image; negative ones cut it. */
  readonly before: readonly [number, number];
}

type Size = [number, number, number, number];
type Pair = [number, number] | number;

/** tfjs's own reading of shapes, strides and padding, with its errors; NHWC. */
export function convolutionInfo(
  inShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: ConvolutionAttributes,
  options: { readonly depthwise: boolean } = { depthwise: false },
): Info {
  return tf.backend_util.computeConv2DInfo(
    inShape as Size,
    filterShape as Size,
    strides as Pair,
    (dilations ?? 1) as Pair,
    pad,
    dimRoundingMode,
    options.depthwise,
    'channelsLast',
  );
}

/** The geometry of a convolution of NHWC tensors. */
export function geometryOf(info: Info): Geometry {
  return {
    batch: info.batchSize,
    size: [info.inHeight, info.inWidth],
    channels: info.inChannels,
    outSize: [info.outHeight, info.outWidth],
    outChannels: info.outChannels,
    filter: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
  };
}

/** Bytes that a geometry takes in working memory. */
export const GEOMETRY_BYTES = 64;

/** Writes a geometry where the module reads it (order of `Geometry` in `assembly/convolutions/geometry.ts`). */
export function writeGeometry(host: Host, address: number, geometry: Geometry): void {
  const { batch, size, channels, outSize, outChannels, filter, strides, dilations, before } = geometry;
  const values = [batch, ...size, channels, ...outSize, outChannels, ...filter, ...strides, ...dilations, ...before];
  new Int32Array(host.memory.buffer, address, values.length).set(values);
}

/** Whether every number is one that the module reads: float32, channels last. */
export function isOurs(tensors: readonly TensorInfo[], dataFormat: 'NHWC' | 'NCHW' | undefined): boolean {
  return (dataFormat ?? 'NHWC') === 'NHWC' && tensors.every(({ dtype }) => dtype === 'float32');
}

/** Number of elements of a tensor. */
export function sizeOf({ shape }: TensorInfo): number {
  return tf.util.sizeFromShape(shape);
}
