import type * as tf from '@tensorflow/tfjs';
import type { Part } from '../contracts/part.ts';
import { sha256Hex } from '../hash/index.ts';
import type { Model } from '../registry/registry.ts';
import { writeSafetensors, type NamedArray } from '../safetensors/index.ts';
import type { ModelSpec } from '../spec/model-spec.ts';

/** A model as it is stored: the spec, which names and hashes the weights, and the weights. */
export interface PackedModel {
  readonly spec: ModelSpec;
  /** A safetensors file: every variable and every state entry under its dotted name. */
  readonly weights: Uint8Array;
}

/** How weights are stored. */
export interface WeightOptions {
  /** `float16` rounds them to 11 significant bits and halves the file; score what was saved. Default: `float32`. */
  readonly precision?: 'float32' | 'float16' | undefined;
}

/**
 * Packs a model into its two files. The model is only read.
 *
 * @example
 * const { spec, weights } = await packModel(flow);
 */
export async function packModel(
  model: Model,
  options: WeightOptions & { readonly file?: string } = {},
): Promise<PackedModel> {
  const weights = await packWeights(model, options);
  const { weights: _replaced, ...spec } = model.spec;
  const reference = {
    file: options.file ?? 'model.safetensors',
    bytes: weights.length,
    sha256: await sha256Hex(weights),
  };
  return { spec: { ...spec, weights: reference }, weights };
}

/** Variables and state of a part as the bytes of a safetensors file. */
export async function packWeights(part: Part, { precision }: WeightOptions = {}): Promise<Uint8Array> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, variable] of part.variables) {
    const array = await toArray(variable);
    arrays.set(name, precision === 'float16' && array.dtype === 'F32' ? { ...array, dtype: 'F16' } : array);
  }
  // State is exact: what was measured or drawn once, and flags.
  for (const [name, variable] of part.state) arrays.set(name, await toArray(variable));
  return writeSafetensors(arrays, { format: 'flowzoo' });
}

async function toArray(variable: tf.Variable): Promise<NamedArray> {
  // A copy: some backends hand out a view of memory that moves when it grows.
  const values = (await variable.data()).slice();
  const shape = [...variable.shape];
  if (variable.dtype === 'int32') return { dtype: 'I32', shape, data: values as Int32Array };
  if (variable.dtype === 'bool') return { dtype: 'U8', shape, data: values as Uint8Array };
  return { dtype: 'F32', shape, data: values as Float32Array };
}
