import { FlowzooError } from '../errors/flowzoo-error.ts';
import { sha256Hex } from '../hash/index.ts';
import type { Model, Registry } from '../registry/registry.ts';
import type { WeightsReference } from '../spec/model-spec.ts';
import { loadWeights } from './load-weights.ts';

/** What {@link unpackModel} needs besides the two files. */
export interface UnpackOptions {
  readonly registry: Registry;
  /** What errors call the weights: a path or an address. Default: the name in the spec. */
  readonly at?: string;
}

/**
 * Builds a stored model: checks length and SHA-256 of the weights, builds the spec, loads. The caller disposes it.
 *
 * @throws E_WEIGHTS_HASH, what {@link loadWeights} and `registry.build` throw, and E_SPEC when the spec has no weights
 */
export async function unpackModel<M extends Model = Model>(
  packed: { readonly spec: unknown; readonly weights: Uint8Array },
  options: UnpackOptions,
): Promise<M> {
  const spec = options.registry.normalize(packed.spec);
  if (spec.weights === undefined) {
    throw new FlowzooError('E_SPEC', 'the spec names no weights', {
      at: 'weights',
      remedy: 'It can be built and trained (registry.build), but not loaded',
    });
  }
  const at = options.at ?? spec.weights.file;
  await assertIntact(packed.weights, spec.weights, at);
  const model = options.registry.build<M>(spec);
  try {
    loadWeights(model, packed.weights, { at });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

/** @throws E_WEIGHTS_HASH when length or SHA-256 differ from the spec's */
async function assertIntact(bytes: Uint8Array, reference: WeightsReference, at: string): Promise<void> {
  const remedy = 'The file is damaged or belongs to another spec: fetch or save it again';
  if (bytes.length !== reference.bytes) {
    throw new FlowzooError('E_WEIGHTS_HASH', 'the weights have the wrong length', {
      at,
      expected: `${reference.bytes} bytes`,
      found: `${bytes.length} bytes`,
      remedy,
    });
  }
  const found = await sha256Hex(bytes);
  if (found !== reference.sha256) {
    throw new FlowzooError('E_WEIGHTS_HASH', 'the weights have the wrong SHA-256', {
      at,
      expected: reference.sha256,
      found,
      remedy,
    });
  }
}
