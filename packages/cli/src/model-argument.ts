import { FlowzooError, isFlow, type FlowModel, type Model, type ModelSpec, type Registry } from '@flowzoo/core';
import { loadModel, readSpec, SPEC_FILE } from '@flowzoo/core/node';
import { listPresets, loadPreset, presetSpec } from '@flowzoo/zoo';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What `<model>` on a command line turned out to be. */
export type ModelArgument =
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'spec'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string };

/**
 * A folder with a model, a spec file, or else the name of a preset.
 *
 * @throws E_PRESET when it is none of the three
 */
export async function resolveModel(argument: string): Promise<ModelArgument> {
  const found = await stat(argument).catch(() => null);
  const isPreset = (await listPresets()).some((preset) => preset.name === argument);
  if (isPreset && found === null) return { kind: 'preset', name: argument };
  if (found?.isDirectory() === true) return { kind: 'folder', path: argument };
  if (found !== null) return { kind: 'spec', path: argument };
  if (isPreset) return { kind: 'preset', name: argument };
  const names = (await listPresets()).map((preset) => preset.name).join(', ');
  throw new FlowzooError('E_PRESET', `"${argument}" is no model`, {
    expected: `a folder with ${SPEC_FILE}, a spec file, or one of the presets ${names}`,
    found: 'nothing of that name',
  });
}

/** The spec, unchecked, of whatever was named. @throws E_PRESET, E_FILE_READ, E_SPEC */
export async function specOf(argument: string): Promise<unknown> {
  const model = await resolveModel(argument);
  if (model.kind === 'preset') return presetSpec(model.name);
  return readSpec(model.kind === 'folder' ? join(model.path, SPEC_FILE) : model.path);
}

/** The trained model that was named. @throws E_PRESET, E_SPEC when there are no weights, and what loading throws */
export async function openModel(argument: string, registry: Registry): Promise<Model> {
  const model = await resolveModel(argument);
  if (model.kind === 'preset') return loadPreset<Model>(model.name, { registry });
  if (model.kind === 'folder') return loadModel(model.path, { registry });
  throw new FlowzooError('E_SPEC', 'this is a spec without weights', {
    at: model.path,
    remedy: `Train it first: flowzoo train ${model.path} --data FILE --out FOLDER`,
  });
}

/** The trained flow that was named. @throws E_OPTION when the model is no flow */
export async function openFlow(argument: string, registry: Registry): Promise<FlowModel> {
  const model = await openModel(argument, registry);
  if (isFlow(model)) return model as FlowModel;
  model.dispose();
  throw new FlowzooError('E_OPTION', 'this command needs a flow', { at: argument, found: model.type });
}

/** What the pixels of a model's data are: levels 0 … K − 1 where it dequantizes, and the shape of an image. */
export function imageTraits(spec: ModelSpec): {
  imageShape: readonly number[] | undefined;
  levels: number | undefined;
} {
  const layers = (spec.model['layers'] as readonly { type?: string; levels?: number }[] | undefined) ?? [];
  const levels = layers.find((layer) => layer.type === 'dequantize')?.levels;
  return { imageShape: spec.event.length >= 2 ? spec.event : undefined, levels };
}
