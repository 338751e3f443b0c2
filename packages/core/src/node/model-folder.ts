import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowzooError, isFlowzooError } from '../errors/flowzoo-error.ts';
import type { Model, Registry } from '../registry/registry.ts';
import { packModel, unpackModel } from '../saving/index.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { readFileBytes } from './read-file.ts';

/** Name of the spec in a model's folder. */
export const SPEC_FILE = 'model.json';

/**
 * Saves a model into a folder: `model.json` and the safetensors file it names.
 *
 * At every instant the folder holds one complete model. New weights never take the name of the ones in use: they are
 * written beside them, then the spec, which carries their name and hash, is replaced by one rename, then the old
 * weights are removed. A full disk, a crash or Ctrl-C in between leaves the old model.
 *
 * @throws E_FILE_WRITE
 * @example
 * await saveModel('models/power', flow);
 */
export async function saveModel(folder: string, model: Model): Promise<ModelSpec> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new FlowzooError('E_FILE_WRITE', 'the folder cannot be made', { at: folder, cause, found: String(cause) });
  }
  const used = await weightsInUse(folder);
  const fresh = await packModel(model);
  const { sha256 } = fresh.spec.weights!;
  const file =
    used === null || used.sha256 === sha256 ? (used?.file ?? 'model.safetensors') : nameFor(sha256, used.file);
  const spec: ModelSpec = { ...fresh.spec, weights: { ...fresh.spec.weights!, file } };
  await writeFileAtomically(join(folder, file), fresh.weights);
  await writeFileAtomically(join(folder, SPEC_FILE), new TextEncoder().encode(`${JSON.stringify(spec, null, 2)}\n`));
  if (used !== null && used.file !== file) await rm(join(folder, used.file), { force: true });
  return spec;
}

/**
 * Loads a model from a folder. The caller disposes it.
 *
 * @throws E_FILE_READ, E_SPEC, and what `unpackModel` throws
 */
export async function loadModel<M extends Model = Model>(
  folder: string,
  options: { readonly registry: Registry },
): Promise<M> {
  const spec = await readSpec(join(folder, SPEC_FILE));
  const file = (spec as { weights?: { file?: unknown } } | null)?.weights?.file;
  if (typeof file !== 'string') {
    options.registry.normalize(spec);
    throw new FlowzooError('E_SPEC', 'the spec names no weights', {
      at: join(folder, SPEC_FILE),
      remedy: 'Train it first: flowzoo train',
    });
  }
  const path = join(folder, file);
  return unpackModel<M>({ spec, weights: await readFileBytes(path) }, { registry: options.registry, at: path });
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
      cause,
    });
  }
}

/** The weights that the folder's spec names now, or null where there is no readable spec. */
async function weightsInUse(folder: string): Promise<{ file: string; sha256: string } | null> {
  try {
    const spec = (await readSpec(join(folder, SPEC_FILE))) as Partial<ModelSpec>;
    return spec.weights === undefined ? null : { file: spec.weights.file, sha256: spec.weights.sha256 };
  } catch (error) {
    if (isFlowzooError(error)) return null;
    throw error;
  }
}

function nameFor(sha256: string, taken: string): string {
  return taken === 'model.safetensors' ? `model-${sha256.slice(0, 8)}.safetensors` : 'model.safetensors';
}
