import * as tf from '@tensorflow/tfjs';
import { checkArguments, FlowzooError, sizeOf, type Flow } from '@flowzoo/core';
import type { InpaintOptions } from './inpaint.ts';

/** Options with every default filled in. */
export interface InpaintSettings {
  readonly method: 'ascent' | 'langevin';
  readonly steps: number;
  readonly stepSize: number;
  readonly clipNorm: number;
  readonly seed: number;
}

/** Fills defaults in and checks every number. @throws E_OPTION naming the option */
export function resolveSettings(options: InpaintOptions): InpaintSettings {
  const { method = 'ascent', steps = 300, clipNorm = 100, seed = 0 } = options;
  const { stepSize = method === 'ascent' ? 0.01 : 1 } = options;
  assertOption('method', method, 'ascent or langevin', method === 'ascent' || method === 'langevin');
  assertOption('steps', steps, 'a whole number, 1 or more', Number.isInteger(steps) && steps > 0);
  assertOption('stepSize', stepSize, 'a finite number above 0', Number.isFinite(stepSize) && stepSize > 0);
  assertOption('clipNorm', clipNorm, 'a finite number above 0', Number.isFinite(clipNorm) && clipNorm > 0);
  assertOption('seed', seed, 'a whole number, 0 or more', Number.isInteger(seed) && seed >= 0);
  return { method, steps, stepSize, clipNorm, seed };
}

/** The examples as floats; the caller disposes. @throws E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH, E_DATA_EMPTY */
export function prepareExamples(flow: Flow, { x, context }: InpaintOptions): tf.Tensor {
  const values = x?.dtype === 'int32' ? tf.cast(x, 'float32') : x;
  const { eventShape, contextSize } = flow;
  try {
    checkArguments(values, context, { place: 'inpaint', name: 'x', eventShape, contextSize });
    if (values.shape[0] === 0) throw new FlowzooError('E_DATA_EMPTY', 'there is no example to fill in', { at: 'x' });
    return tf.clone(values);
  } finally {
    if (values !== x) values.dispose();
  }
}

/** @throws E_DATA_NOT_FINITE naming row and element of a visible value that is not finite */
export async function assertVisibleFinite(x: tf.Tensor, mask: tf.Tensor): Promise<void> {
  const [values, visible] = [await x.data(), await mask.data()];
  const index = values.findIndex((value, i) => visible[i] === 1 && !Number.isFinite(value));
  if (index < 0) return;
  const width = sizeOf(x.shape.slice(1));
  throw new FlowzooError('E_DATA_NOT_FINITE', 'a visible value is not finite', {
    at: `x, row ${Math.floor(index / width)}, column ${index % width}`,
    expected: 'finite numbers',
    found: String(values[index]),
    remedy: 'Rows and columns count from 0; hide the value in the mask (0) to have it filled in',
  });
}

function assertOption(name: string, value: unknown, expected: string, holds: boolean): void {
  if (holds) return;
  throw new FlowzooError('E_OPTION', 'the option cannot have this value', { at: name, expected, found: String(value) });
}
