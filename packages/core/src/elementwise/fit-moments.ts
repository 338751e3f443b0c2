import type * as tf from '@tensorflow/tfjs';
import { formatShape, sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { parameterShape, type Sharing } from './parameter-values.ts';

/** Mean and standard deviation of every column, element or channel. */
export interface Moments {
  readonly mean: Float64Array;
  /** Divided by n, not n − 1; never 0. */
  readonly scale: Float64Array;
}

/**
 * Mean and standard deviation over a batch, in float64 and two passes, so that a column of large values with a small
 * spread keeps its digits.
 *
 * Reads the values of `x` back synchronously: it is for initialization, once.
 *
 * @throws E_DATA_EMPTY, E_DATA_NOT_FINITE with row and column, E_DATA_CONSTANT with the column
 */
export function fitMoments(x: tf.Tensor, options: { readonly per: Sharing; readonly place: string }): Moments {
  const { per, place } = options;
  const eventShape = x.shape.slice(1);
  const size = sizeOf(eventShape);
  if (x.size === 0) {
    throw new FlowzooError('E_DATA_EMPTY', 'cannot be fitted to no data', {
      at: place,
      found: formatShape(x.shape),
      remedy: 'Give it training rows',
    });
  }
  const values = x.dataSync();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new FlowzooError('E_DATA_NOT_FINITE', 'cannot be fitted to data that are not finite', {
      at: place,
      found: `${values[bad]} in row ${Math.floor(bad / size)}, ${columnName('element', bad % size, eventShape)}`,
      remedy: 'Drop the row or fill the gap',
    });
  }
  const columns = sizeOf(parameterShape(per, eventShape));
  // Channels are the last axis, elements are all of them: either way the parameter is the index modulo their number.
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  const perColumn = values.length / columns;
  values.forEach((value, index) => (mean[index % columns]! += value / perColumn));
  values.forEach((value, index) => (scale[index % columns]! += (value - mean[index % columns]!) ** 2 / perColumn));
  assertNoConstant(values, { columns, per, eventShape, place });
  return { mean, scale: scale.map(Math.sqrt) };
}

function assertNoConstant(
  values: ArrayLike<number>,
  where: { readonly columns: number; readonly per: Sharing; readonly eventShape: Shape; readonly place: string },
): void {
  // Values are compared, not variances: rounding of the mean would make a constant column look like a very narrow one.
  const varies = new Uint8Array(where.columns);
  for (let i = where.columns; i < values.length; i++) {
    if (values[i] !== values[i % where.columns]) varies[i % where.columns] = 1;
  }
  const constant = varies.indexOf(0);
  if (constant < 0) return;
  throw new FlowzooError('E_DATA_CONSTANT', 'cannot be fitted to a constant column: its standard deviation is 0', {
    at: where.place,
    found: `${values[constant]} throughout ${columnName(where.per, constant, where.eventShape)}`,
    remedy: 'Leave the column out, initialize with more rows, or share the scale with "per": "scalar"',
  });
}

function columnName(per: Sharing, index: number, eventShape: Shape): string {
  if (per === 'scalar') return 'the data';
  if (eventShape.length <= 1) return `column ${index}`;
  if (per === 'channel') return `channel ${index}`;
  const place: number[] = [];
  let rest = index;
  for (const length of eventShape.toReversed()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `element ${formatShape(place)}`;
}
