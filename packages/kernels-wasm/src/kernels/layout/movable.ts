import * as tf from '@tensorflow/tfjs';
import type { DataType, TensorInfo } from '@tensorflow/tfjs';

/** Whether the values lie on the heap as elements of 4 bytes or 1 byte; strings do not. */
export function isMovable({ dtype }: TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** Bytes of one element on the heap. */
export function elementBytes(dtype: DataType): number {
  return dtype === 'bool' ? 1 : 4;
}

/** Number of elements. */
export function sizeOf({ shape }: TensorInfo): number {
  return tf.util.sizeFromShape(shape);
}
