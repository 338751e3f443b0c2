import type { Distribution } from '../contracts/distribution.ts';
import type { StateValues } from '../contracts/part.ts';
import { formatShape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { FitHistory } from './events.ts';
import type { FlatParameters } from './flat-parameters.ts';
import type { FitSettings } from './settings.ts';

/** Name, shape and dtype of one variable or state entry. */
export interface EntryDescription {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Which model a checkpoint belongs to. */
export interface ModelDescription {
  readonly type: string;
  readonly variables: readonly EntryDescription[];
  readonly state: readonly EntryDescription[];
}

/** What decides the numbers of a training: a resumed one must have the same. */
export type Fingerprint = Readonly<Record<string, string | number | null>>;

/** The best validation so far. */
export interface BestWeights {
  readonly step: number;
  /** Mean log p over the validation rows, nats per example. */
  readonly logProb: number;
  /** Flat, in the order of the model's variables. */
  readonly weights: Float32Array;
  readonly state: ReadonlyMap<string, StateValues>;
}

/** Sums over the steps since the last entry of the history. */
export interface PendingSums {
  readonly steps: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

/**
 * Everything a training needs to continue to the numbers it would have reached without a break.
 *
 * Batches and noise depend on the seed and the number of the step alone, so seed and step are the whole state of the
 * random numbers. Plain data: it survives the model and can be encoded with `encodeCheckpoint`.
 */
export interface Checkpoint {
  /** Updates done. */
  readonly step: number;
  readonly model: ModelDescription;
  readonly fingerprint: Fingerprint;
  /** All variables, flat, in the order of the model's variables. */
  readonly weights: Float32Array;
  /** The moving average of the weights; null without one. */
  readonly average: Float32Array | null;
  /** The optimizer's vectors by name. */
  readonly slots: ReadonlyMap<string, Float32Array>;
  readonly state: ReadonlyMap<string, StateValues>;
  readonly best: BestWeights | null;
  /** Validations since the best one. */
  readonly withoutBest: number;
  readonly history: FitHistory;
  readonly pending: PendingSums;
}

/** Names, shapes and dtypes of a model. */
export function describeModel(model: Distribution, parameters: FlatParameters): ModelDescription {
  const state = [...model.state].map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype }));
  const variables = parameters.entries.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' }));
  return { type: model.type, variables, state };
}

/** The fingerprint of settings and data. */
export function fingerprintOf(
  settings: FitSettings,
  data: { readonly training: string; readonly validation: string | null },
): Fingerprint {
  const fingerprint: Record<string, string | number | null> = {
    batchSize: settings.batchSize,
    microBatch: settings.microBatch,
    seed: settings.seed,
    clipNorm: settings.clipNorm,
    average: settings.average,
    data: data.training,
    'validation.data': data.validation,
  };
  // Cosine knows its end from the start; a constant rate does not, so such a training may be prolonged.
  if (settings.schedule.type === 'cosine') fingerprint['steps'] = settings.steps;
  for (const group of ['optimizer', 'schedule', 'validation'] as const) {
    for (const [key, value] of Object.entries(settings[group] ?? {})) {
      fingerprint[`${group}.${key}`] = value as string | number | null;
    }
  }
  return fingerprint;
}

/**
 * Checks that a checkpoint belongs to this model, these options and this data.
 *
 * @throws E_CHECKPOINT naming the first difference
 */
export function assertResumable(checkpoint: Checkpoint, model: ModelDescription, fingerprint: Fingerprint): void {
  assertComplete(checkpoint);
  assertSameEntries('variable', checkpoint.model.variables, model.variables);
  assertSameEntries('state entry', checkpoint.model.state, model.state);
  const keys = new Set([...Object.keys(fingerprint), ...Object.keys(checkpoint.fingerprint)]);
  for (const key of keys) {
    const saved = checkpoint.fingerprint[key];
    const present = fingerprint[key];
    if (saved === present) continue;
    const isData = key === 'data' || key === 'validation.data';
    throw new FlowzooError('E_CHECKPOINT', `the checkpoint was made with other ${isData ? 'data' : 'options'}`, {
      at: `resume: ${key}`,
      expected: String(saved ?? 'none'),
      found: String(present ?? 'none'),
      remedy: 'Resume with the data and the options the training was started with, or start a new one',
    });
  }
  const size = model.variables.reduce(
    (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );
  const vectors = [checkpoint.weights, checkpoint.average, checkpoint.best?.weights, ...checkpoint.slots.values()];
  const wrong = vectors.find((vector) => vector !== null && vector !== undefined && vector.length !== size);
  if (wrong !== undefined && wrong !== null) {
    throw new FlowzooError('E_CHECKPOINT', 'a vector of the checkpoint has the wrong length', {
      at: 'resume',
      expected: String(size),
      found: String(wrong.length),
    });
  }
}

/** What the compiler would say about a checkpoint that was taken apart or read from elsewhere. */
function assertComplete(checkpoint: Checkpoint): void {
  const isWhole: Record<string, boolean> = {
    step: Number.isInteger(checkpoint?.step),
    model: Array.isArray(checkpoint?.model?.variables) && Array.isArray(checkpoint?.model?.state),
    fingerprint: typeof checkpoint?.fingerprint === 'object',
    weights: checkpoint?.weights instanceof Float32Array,
    slots: checkpoint?.slots instanceof Map,
    state: checkpoint?.state instanceof Map,
    history: Array.isArray(checkpoint?.history?.training) && Array.isArray(checkpoint?.history?.validation),
  };
  const missing = Object.keys(isWhole).filter((key) => isWhole[key] !== true);
  if (missing.length === 0) return;
  throw new FlowzooError('E_CHECKPOINT', 'this is no checkpoint of fit', {
    at: 'resume',
    expected: `${missing.join(', ')} as \`fit\` or decodeCheckpoint gave it`,
    remedy: 'Pass what the checkpoint hook was given, or what decodeCheckpoint returns',
  });
}

function assertSameEntries(
  kind: string,
  saved: readonly EntryDescription[],
  present: readonly EntryDescription[],
): void {
  for (let i = 0; i < Math.max(saved.length, present.length); i++) {
    const expected = formatEntry(present[i]);
    const found = formatEntry(saved[i]);
    if (expected === found) continue;
    throw new FlowzooError('E_CHECKPOINT', `the checkpoint belongs to another model: ${kind} ${i} differs`, {
      at: 'resume',
      expected,
      found,
      remedy: 'Build the model from the spec the training was started with',
    });
  }
}

function formatEntry(entry: EntryDescription | undefined): string {
  return entry === undefined ? 'none' : `"${entry.name}" ${formatShape(entry.shape)} ${entry.dtype}`;
}
