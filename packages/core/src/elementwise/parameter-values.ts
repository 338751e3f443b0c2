import * as tf from '@tensorflow/tfjs';
import { formatShape, sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { JsonSchema } from '../registry/plugin.ts';

/** How many parameters an elementwise layer has: one per element, one per channel (last axis), or one. */
export type Sharing = 'element' | 'channel' | 'scalar';

/** One number for all, or one per parameter in row-major order. */
export type Values = number | readonly number[];

/** Shape of the parameters of a layer over events of this shape; it broadcasts against `[batch, ...eventShape]`. */
export function parameterShape(per: Sharing, eventShape: Shape): Shape {
  if (per === 'element') return eventShape;
  return per === 'channel' ? eventShape.slice(-1) : [];
}

/** How many elements of an event share one parameter. */
export function elementsPerParameter(per: Sharing, eventShape: Shape): number {
  return sizeOf(eventShape) / sizeOf(parameterShape(per, eventShape));
}

/**
 * Writes an option out, one finite number per parameter.
 *
 * @throws E_SPEC_SHAPE for a list of another length, E_OPTION for a number that is not finite
 */
export function parameterValues(
  values: Values,
  expected: { readonly shape: Shape; readonly name: string; readonly place: string },
): Float32Array {
  const count = sizeOf(expected.shape);
  const list = typeof values === 'number' ? Array.from({ length: count }, () => values) : values;
  if (list.length !== count) {
    throw new FlowzooError('E_SPEC_SHAPE', `"${expected.name}" has the wrong number of values`, {
      at: expected.place,
      expected: `${count}, in row-major order of ${formatShape(expected.shape)}, or a single number for all`,
      found: String(list.length),
    });
  }
  const bad = list.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new FlowzooError('E_OPTION', `"${expected.name}" must be finite`, {
      at: `${expected.place}, ${expected.name}[${bad}]`,
      found: String(list[bad]),
    });
  }
  return Float32Array.from(list);
}

/** Σ log-scales over the event, `[batch]`; `sign` is the sign with which they enter. */
export function constantLogDet(
  logScales: tf.Tensor,
  options: { readonly batch: number; readonly multiplicity: number; readonly sign: 1 | -1 },
): tf.Tensor {
  const total = tf.mul(tf.sum(logScales), options.sign * options.multiplicity);
  return tf.add(tf.zeros([options.batch]), total);
}

/** Schema of the option `per`. */
export function sharingSchema(fallback: Sharing): JsonSchema {
  return {
    enum: ['element', 'channel', 'scalar'],
    default: fallback,
    description: 'One parameter per element of the event, per channel (last axis), or one for all.',
  };
}

/** Schema of an option that is one number or a list of them. */
export function valuesSchema(fallback: number, description: string): JsonSchema {
  return { type: ['number', 'array'], items: { type: 'number' }, minItems: 1, default: fallback, description };
}
