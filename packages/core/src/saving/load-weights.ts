import * as tf from '@tensorflow/tfjs';
import type { Part, StateValues } from '../contracts/part.ts';
import { formatShape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { readSafetensors, type NamedArray } from '../safetensors/index.ts';

const REMEDY = 'Load them with the spec they were saved with';

/** Which stored dtypes a variable of a tfjs dtype takes. */
const ACCEPTED: Readonly<Record<string, readonly NamedArray['dtype'][]>> = {
  float32: ['F32', 'F16', 'BF16'],
  int32: ['I32'],
  bool: ['U8'],
};

/**
 * Replaces all variables and state of a part by those of a safetensors file.
 *
 * Everything is checked before anything is replaced, and what the part itself refuses is taken back: a load that fails
 * leaves the part as it was.
 *
 * @throws E_WEIGHTS_FORMAT, E_WEIGHTS_NAMES, E_WEIGHTS_SHAPE, E_WEIGHTS_DTYPE
 */
export function loadWeights(part: Part, bytes: Uint8Array, options: { readonly at?: string } = {}): void {
  const at = options.at ?? 'weights';
  const { tensors } = readSafetensors(bytes, { at });
  const targets = new Map<string, tf.Variable>([...part.variables, ...part.state]);
  assertNames(targets, tensors, at);
  for (const [name, variable] of targets) assertFits(name, variable, tensors.get(name)!, at);
  const before = new Map([...targets].map(([name, variable]) => [name, tf.keep(tf.clone(variable))]));
  try {
    for (const [name, variable] of targets) {
      const { data, shape } = tensors.get(name)!;
      const value = tf.tensor(data as Float32Array, [...shape], variable.dtype);
      variable.assign(value);
      value.dispose();
    }
    const state = new Map<string, StateValues>();
    for (const name of part.state.keys()) state.set(name, tensors.get(name)!.data as StateValues);
    part.stateLoaded(state);
  } catch (error) {
    // A part may refuse what only it can judge: masks that the weights do not fit, a permutation that is none.
    const state = new Map<string, StateValues>();
    for (const name of part.state.keys()) state.set(name, before.get(name)!.dataSync());
    for (const [name, variable] of targets) variable.assign(before.get(name)!);
    part.stateLoaded(state);
    throw error;
  } finally {
    tf.dispose([...before.values()]);
  }
}

function assertNames(targets: ReadonlyMap<string, unknown>, tensors: ReadonlyMap<string, unknown>, at: string): void {
  const missing = [...targets.keys()].filter((name) => !tensors.has(name));
  const extra = [...tensors.keys()].filter((name) => !targets.has(name));
  if (missing.length === 0 && extra.length === 0) return;
  const faults: string[] = [];
  if (missing.length > 0) faults.push(`missing: ${listNames(missing)}`);
  if (extra.length > 0) faults.push(`not in the model: ${listNames(extra)}`);
  throw new FlowzooError('E_WEIGHTS_NAMES', 'the weights belong to another model', {
    at,
    expected: `${targets.size} tensors`,
    found: `${tensors.size} tensors`,
    remedy: REMEDY,
    faults,
  });
}

function assertFits(name: string, variable: tf.Variable, array: NamedArray, at: string): void {
  if (formatShape(array.shape) !== formatShape(variable.shape)) {
    throw new FlowzooError('E_WEIGHTS_SHAPE', `"${name}" has the wrong shape`, {
      at,
      expected: formatShape(variable.shape),
      found: formatShape(array.shape),
      remedy: REMEDY,
    });
  }
  const accepted = ACCEPTED[variable.dtype] ?? [];
  if (!accepted.includes(array.dtype)) {
    throw new FlowzooError('E_WEIGHTS_DTYPE', `"${name}" has the wrong dtype`, {
      at,
      expected: accepted.join(' or '),
      found: array.dtype,
      remedy: REMEDY,
    });
  }
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
