import type { StateValues } from '../contracts/part.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { readSafetensors, writeSafetensors, type NamedArray } from '../safetensors/index.ts';
import type { BestWeights, Checkpoint } from './checkpoint.ts';

const FORMAT = 'flowzoo/checkpoint';
const VERSION = '1';

/**
 * A checkpoint as the bytes of a safetensors file: vectors as tensors, the rest as JSON in its metadata. Nothing is
 * rounded.
 *
 * @example
 * await fit(model, data, { steps, checkpoint: { every: 100, save: (c) => writeFileAtomically(path, encodeCheckpoint(c)) } });
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { weights, average, slots, state, best, ...rest } = checkpoint;
  const arrays = new Map<string, NamedArray>();
  const add = (name: string, data: StateValues): void => {
    arrays.set(name, { dtype: dtypeOf(data), shape: [data.length], data });
  };
  add('weights', weights);
  if (average !== null) add('average', average);
  for (const [name, values] of slots) add(`optimizer.${name}`, values);
  for (const [name, values] of state) add(`state.${name}`, values);
  if (best !== null) {
    add('best.weights', best.weights);
    for (const [name, values] of best.state) add(`best.state.${name}`, values);
  }
  const json = { ...rest, best: best === null ? null : { step: best.step, logProb: best.logProb } };
  return writeSafetensors(arrays, {
    format: FORMAT,
    version: VERSION,
    checkpoint: JSON.stringify(json, (_key, value: unknown) => writeNumber(value)),
  });
}

/**
 * Reads a checkpoint back.
 *
 * @throws E_CHECKPOINT when the bytes are damaged, are no checkpoint, or come from a newer version
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readFile(bytes);
  if (metadata['format'] !== FORMAT) {
    throw fault('the file is no checkpoint', { expected: `format "${FORMAT}"`, found: show(metadata['format']) });
  }
  if (metadata['version'] !== VERSION) {
    throw fault('the checkpoint has another version', { expected: VERSION, found: show(metadata['version']) });
  }
  const json = parse(metadata['checkpoint'] ?? '');
  const weights = vector(tensors, 'weights');
  return {
    ...json,
    weights,
    average: tensors.has('average') ? vector(tensors, 'average') : null,
    slots: section(tensors, 'optimizer.') as Map<string, Float32Array>,
    state: section(tensors, 'state.'),
    best:
      json.best === null
        ? null
        : { ...json.best, weights: vector(tensors, 'best.weights'), state: section(tensors, 'best.state.') },
  };
}

/** The parts of a checkpoint that are kept as JSON. */
type JsonPart = Omit<Checkpoint, 'weights' | 'average' | 'slots' | 'state' | 'best'> & {
  readonly best: Pick<BestWeights, 'step' | 'logProb'> | null;
};

function parse(text: string): JsonPart {
  let json: Partial<JsonPart>;
  try {
    json = JSON.parse(text, (_key, value: unknown) => readNumber(value)) as Partial<JsonPart>;
  } catch (cause) {
    throw fault('the description in the checkpoint cannot be read', { cause });
  }
  const missing = KEYS.find((key) => json?.[key] === undefined);
  if (missing !== undefined)
    throw fault('the description in the checkpoint is incomplete', { expected: `"${missing}"` });
  return json as JsonPart;
}

const KEYS = ['step', 'model', 'fingerprint', 'withoutBest', 'history', 'pending', 'best'] as const;

/** JSON has no NaN and no infinity, but a validation score may be one. */
function writeNumber(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}

function readNumber(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('number' in value)) return value;
  return Number(value.number);
}

function readFile(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes, { at: 'checkpoint' });
  } catch (cause) {
    throw fault('the file is damaged or no checkpoint', {
      found: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function vector(tensors: ReadonlyMap<string, NamedArray>, name: string): Float32Array {
  const array = tensors.get(name);
  if (array?.data instanceof Float32Array) return array.data;
  throw fault('a vector is missing from the checkpoint', {
    expected: `"${name}" as F32`,
    found: array?.dtype ?? 'none',
  });
}

function section(tensors: ReadonlyMap<string, NamedArray>, prefix: string): Map<string, StateValues> {
  const found = new Map<string, StateValues>();
  for (const [name, { data }] of tensors) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), data as StateValues);
  }
  return found;
}

function dtypeOf(data: StateValues): NamedArray['dtype'] {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function fault(
  summary: string,
  details: { readonly expected?: string; readonly found?: string; readonly cause?: unknown },
): FlowzooError {
  return new FlowzooError('E_CHECKPOINT', summary, {
    at: 'checkpoint',
    ...details,
    remedy: 'Start the training anew, or resume from an older checkpoint',
  });
}

function show(value: string | undefined): string {
  return value === undefined ? 'none' : `"${value}"`;
}
