import { FlowzooError, isFlow, type AudioFormat, type FlowModel, type Model, type ModelSpec } from '@flowzoo/core';
import { loadModel, readSpec, SPEC_FILE } from '@flowzoo/core/node';
import { completes, listArchitectures, listPresets, loadPreset, presetSpec, type CompletingModel } from '@flowzoo/zoo';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { registerRequired, type Session } from './session.ts';

/** What `<model>` on a command line turned out to be. */
export type ModelArgument =
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'spec'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string };

/**
 * A folder with a model, a spec file, or else the name of a preset: what lies in the working folder comes first.
 *
 * @throws E_PRESET when it is none of the three
 */
export async function resolveModel(argument: string): Promise<ModelArgument> {
  const found = await stat(argument).catch(() => null);
  if (found !== null) return { kind: found.isDirectory() ? 'folder' : 'spec', path: argument };
  const names = (await listPresets()).map((preset) => preset.name);
  const architectures = (await listArchitectures()).map((architecture) => architecture.name);
  if ([...names, ...architectures].includes(argument)) return { kind: 'preset', name: argument };
  throw new FlowzooError('E_PRESET', `"${argument}" is no model`, {
    expected: `a folder with ${SPEC_FILE}, a spec file, or a preset${names.length === 0 ? '' : ` (${names.join(', ')})`}`,
    found: 'nothing of that name',
    remedy: `Paths are looked up from ${process.cwd()}; flowzoo list shows the presets`,
  });
}

/**
 * The spec, unchecked, of whatever was named; the plugins that it requires are registered where they are installed.
 *
 * @throws E_PRESET, E_FILE_READ, E_SPEC when it is not JSON, E_PLUGIN
 */
export async function specOf(argument: string, session: Session): Promise<unknown> {
  const model = await resolveModel(argument);
  const spec = await readModelSpec(model);
  await registerRequired(session, spec);
  return spec;
}

function readModelSpec(model: ModelArgument): Promise<unknown> {
  if (model.kind === 'preset') return presetSpec(model.name);
  return readSpec(model.kind === 'folder' ? join(model.path, SPEC_FILE) : model.path);
}

/** The trained model that was named. @throws E_PRESET, E_SPEC when there are no weights, and what loading throws */
export async function openModel(argument: string, session: Session): Promise<Model> {
  const model = await resolveModel(argument);
  const { registry } = session;
  if (model.kind === 'spec') {
    throw new FlowzooError('E_SPEC', 'this is a file, not a trained model', {
      at: model.path,
      expected: `a folder with ${SPEC_FILE} and its weights, or a preset`,
      remedy: `Train a spec first: flowzoo train ${model.path} --data FILE --out FOLDER`,
    });
  }
  await registerRequired(session, await readModelSpec(model));
  return model.kind === 'preset' ? loadPreset<Model>(model.name, { registry }) : loadModel(model.path, { registry });
}

/** The trained flow that was named. @throws E_OPTION when the model is no flow */
export async function openFlow(argument: string, session: Session): Promise<FlowModel> {
  const model = await openModel(argument, session);
  if (isFlow(model)) return model as FlowModel;
  throw refuse(argument, model, 'a flow');
}

/** The trained model that was named, which can fill in hidden elements. @throws E_OPTION when it cannot */
export async function openInpainter(
  argument: string,
  session: Session,
): Promise<FlowModel | (Model & CompletingModel)> {
  const model = await openModel(argument, session);
  if (isFlow(model)) return model as FlowModel;
  if (completes(model)) return model;
  throw refuse(argument, model, 'a flow, or a model that completes images');
}

function refuse(argument: string, model: Model, expected: string): FlowzooError {
  model.dispose();
  return new FlowzooError('E_OPTION', 'this command needs another kind of model', {
    at: argument,
    expected,
    found: model.type,
  });
}

/** What the elements of a model's data are. */
export interface DataTraits {
  /** The event shape, when it is one of an image. */
  readonly imageShape: readonly number[] | undefined;
  /** Data are the integers 0 … levels − 1, where the model dequantizes. */
  readonly levels: number | undefined;
  /** What sound the data are, when they are sound. */
  readonly audio: AudioFormat | undefined;
}

const DEQUANTIZING = new Set(['dequantize', 'variational-dequantize']);
/** Layers that may stand before it: they move numbers and change none. */
const STRUCTURAL = new Set(['reshape', 'flatten']);

/** Reads off a spec what its data look like. */
export function dataTraits(spec: ModelSpec): DataTraits {
  // Of a PixelCNN, "layers" is a number.
  const named = spec.model['layers'];
  const layers = (Array.isArray(named) ? named : []) as readonly { type?: string; levels?: number }[];
  // Flows of discrete data dequantize them first; models of discrete data name their levels themselves.
  const own = spec.model['levels'];
  const first = layers.find(({ type = '' }) => !STRUCTURAL.has(type));
  const dequantized = DEQUANTIZING.has(first?.type ?? '') ? first?.levels : undefined;
  const levels = dequantized ?? (typeof own === 'number' ? own : undefined);
  return { imageShape: spec.event.length >= 2 ? spec.event : undefined, levels, audio: spec.audio };
}
