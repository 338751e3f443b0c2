import * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatBatchShape, formatShape, sizeOf, type Shape } from '@flowzoo/core';

/** Points of the sample space, one per row: `[count, size]`, row by row, in float64. */
export interface Positions {
  readonly values: Float64Array;
  readonly count: number;
  /** Elements of one event. */
  readonly size: number;
}

/** The numbers of one row; a view, not a copy. */
export function rowOf(positions: Positions, row: number): Float64Array {
  return positions.values.subarray(row * positions.size, (row + 1) * positions.size);
}

/** The rows as a float32 tensor `[count, ...eventShape]`; the caller disposes. */
export function positionsToTensor(positions: Positions, eventShape: Shape): tf.Tensor {
  return tf.tensor(Float32Array.from(positions.values), [positions.count, ...eventShape], 'float32');
}

/**
 * The rows of a tensor `[count, ...eventShape]`, which stays the caller's.
 *
 * @throws E_EVENT_SHAPE when the tensor has another event shape; E_DTYPE when it is no float32 tensor
 */
export async function tensorToPositions(tensor: tf.Tensor, eventShape: Shape, name: string): Promise<Positions> {
  const fits =
    tensor.rank === eventShape.length + 1 && eventShape.every((length, axis) => tensor.shape[axis + 1] === length);
  if (!fits) {
    throw new FlowzooError('E_EVENT_SHAPE', `${name} has the wrong shape`, {
      expected: formatBatchShape(eventShape),
      found: formatShape(tensor.shape),
    });
  }
  if (tensor.dtype !== 'float32') {
    throw new FlowzooError('E_DTYPE', `${name} has the wrong dtype`, { expected: 'float32', found: tensor.dtype });
  }
  return { values: Float64Array.from(await tensor.data()), count: tensor.shape[0]!, size: sizeOf(eventShape) };
}

/** A point as messages print it, cut after six numbers. */
export function formatPoint(point: ArrayLike<number>): string {
  const shown = Array.from({ length: Math.min(point.length, 6) }, (_, i) => String(Number(point[i]!.toPrecision(6))));
  return `[${shown.join(', ')}${point.length > 6 ? ', …' : ''}]`;
}

/** @throws E_OPTION unless every length is a whole number from 1 */
export function assertEventShape(eventShape: Shape): void {
  if (Array.isArray(eventShape) && eventShape.every((length) => Number.isInteger(length) && length >= 1)) return;
  throw new FlowzooError('E_OPTION', 'the event shape must be a list of whole numbers, 1 or more', {
    at: 'eventShape',
    expected: '[2], or [] for a scalar',
    found: Array.isArray(eventShape) ? formatShape(eventShape) : String(eventShape),
  });
}
