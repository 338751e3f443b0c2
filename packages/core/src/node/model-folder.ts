import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowzooError, isFlowzooError } from '../errors/flowzoo-error.ts';
import type { Model, Registry } from '../registry/registry.ts';
import { packModel, unpackModel, type WeightOptions } from '../saving/index.ts';
import { WEIGHTS_FILE } from '../spec/envelope.ts';
import { SPEC_FORMAT, type ModelSpec, type WeightsReference } from '../spec/model-spec.ts';
import { writeFileAtomically, type AtomicOptions } from './atomic-file.ts';
import { nodeFileSystem } from './file-system.ts';
import { readFileBytes } from './read-file.ts';
import { describeSystemError, systemErrorCode } from './system-error.ts';

/** Name of the spec in a model's folder. */
export const SPEC_FILE = 'model.json';

/**
 * Saves a model into a folder: `model.json` and the safetensors file it names.
 *
 * At every instant the folder holds one complete model. New weights never take the name of the ones in use: they are
 * written beside them, then the spec, which carries their name and hash, is replaced by one rename, then the old
 * weights are removed. A full disk, a crash or Ctrl-C in between leaves the old model.
 *
 * @throws E_FILE_WRITE, also when the folder's `model.json` is a document of something else
 * @example
 * await saveModel('models/power', flow);
 */
export async function saveModel(
  folder: string,
  model: Model,
  options: AtomicOptions & WeightOptions = {},
): Promise<ModelSpec> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new FlowzooError('E_FILE_WRITE', 'the folder cannot be made', {
      at: folder,
      found: describeSystemError(cause),
      remedy: 'Save to another folder',
      cause,
    });
  }
  const inUse = await weightsInUse(folder);
  const fresh = await packModel(model, { precision: options.precision });
  const { sha256 } = fresh.spec.weights!;
  const file = inUse?.sha256 === sha256 ? inUse.file : nameFor(sha256, inUse?.file);
  const spec: ModelSpec = { ...fresh.spec, weights: { ...fresh.spec.weights!, file } };
  const { remove } = options.io ?? nodeFileSystem;
  await writeFileAtomically(join(folder, file), fresh.weights, options);
  try {
    await writeFileAtomically(join(folder, SPEC_FILE), encodeJson(spec), options);
  } catch (error) {
    if (inUse?.file !== file) await remove(join(folder, file)).catch(() => undefined);
    throw error;
  }
  // The new model is complete: weights of the old one that cannot be removed are no failure of the save.
  if (inUse !== null && inUse.file !== file) await remove(join(folder, inUse.file)).catch(() => undefined);
  return spec;
}

/**
 * Loads a model from a folder. The caller disposes it.
 *
 * @throws E_FILE_READ, what `registry.normalize` throws about the spec, and what `unpackModel` throws
 * @example
 * const flow = await loadModel<FlowModel>('models/power', { registry });
 */
export async function loadModel<M extends Model = Model>(
  folder: string,
  options: { readonly registry: Registry },
): Promise<M> {
  const at = join(folder, SPEC_FILE);
  const spec = normalizeAt(at, await readSpec(at), options.registry);
  if (spec.weights === undefined) {
    throw new FlowzooError('E_SPEC', 'the spec names no weights', { at, remedy: 'Train it first: flowzoo train' });
  }
  const path = join(folder, spec.weights.file);
  return unpackModel<M>({ spec, weights: await readFileBytes(path) }, { registry: options.registry, at: path });
}

/** Normalizes the spec of a file: its faults are told with the file's name. */
function normalizeAt(at: string, spec: unknown, registry: Registry): ModelSpec {
  try {
    return registry.normalize(spec);
  } catch (error) {
    if (!isFlowzooError(error) || error.details.faults === undefined) throw error;
    throw new FlowzooError(error.code, 'the spec cannot be used:', { at, faults: error.details.faults, cause: error });
  }
}

/** Reads a spec, as plain JSON, unchecked. @throws E_FILE_READ, E_SPEC when it is not JSON */
export async function readSpec(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readFileBytes(path));
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FlowzooError('E_SPEC', 'the file is not JSON', {
      at: path,
      found: cause instanceof Error ? cause.message : String(cause),
      expected: 'a flowzoo/model document',
      remedy: 'Check the name: this may be another file',
      cause,
    });
  }
}

/**
 * The weights that the folder's spec names now; null where there are none.
 *
 * A document of something else stays: tfjs, too, calls the models it saves `model.json`.
 */
async function weightsInUse(folder: string): Promise<WeightsReference | null> {
  const at = join(folder, SPEC_FILE);
  let spec: Partial<ModelSpec> | null;
  try {
    spec = (await readSpec(at)) as Partial<ModelSpec> | null;
  } catch (error) {
    if (!isFlowzooError(error)) throw error;
    if (systemErrorCode(error.cause) === 'ENOENT') return null;
    // Damaged or unreadable: the weights of the usual name may be its own, and stay until a new spec stands.
    return { file: 'model.safetensors', bytes: 0, sha256: '' };
  }
  if (spec?.format !== SPEC_FORMAT) {
    throw new FlowzooError('E_FILE_WRITE', 'this is no flowzoo model, and is not overwritten', {
      at,
      expected: `a document of format "${SPEC_FORMAT}", or none`,
      found: JSON.stringify(spec?.format) ?? 'no format',
      remedy: 'Save to another folder',
    });
  }
  // A spec written by hand may name anything: only a file beside it is ever replaced or removed.
  const { file } = spec.weights ?? {};
  return typeof file === 'string' && WEIGHTS_FILE.test(file) ? spec.weights! : null;
}

function nameFor(sha256: string, taken: string | undefined): string {
  return taken === 'model.safetensors' ? `model-${sha256.slice(0, 8)}.safetensors` : 'model.safetensors';
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
