import type * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { equalShapes, formatBatchShape, formatShape, sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { Random } from '../random/random.ts';

/** Numbers with their shape, as file readers give them: rows first, then the event. */
export interface DataArray {
  /** `[rows, ...eventShape]`. */
  readonly shape: readonly number[];
  /** Row-major; bytes and integers are converted batch by batch. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** What models are trained and scored on. Tensors are read once and stay the caller's. */
export interface TrainingData {
  /** `[rows, ...eventShape]`. */
  readonly x: tf.Tensor | DataArray;
  /** `[rows, contextSize]`, for a conditional model. */
  readonly context?: tf.Tensor | DataArray | undefined;
}

/** Checked data in memory: every value finite, every shape that of the model. */
export interface Dataset {
  readonly rows: number;
  readonly x: DataArray;
  readonly context: DataArray | null;
}

/** Data as a caller may give it: with a context, or the tensor or array alone. */
export type DataLike = TrainingData | tf.Tensor | DataArray;

/**
 * Reads data into memory and checks it against the model, before anything is computed.
 *
 * @throws E_DATA_EMPTY, E_DATA_FORMAT, E_DATA_NOT_FINITE, E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH
 */
export async function readDataset(name: string, model: Distribution, data: DataLike): Promise<Dataset> {
  const { x: rawX, context: rawContext } = asTrainingData(name, data);
  const x = await readArray(name, rawX);
  checkEvent(name, x, model.eventShape);
  const rows = x.shape[0]!;
  if (rows === 0) {
    throw new FlowzooError('E_DATA_EMPTY', 'there is no row in the data', {
      at: name,
      expected: formatBatchShape(model.eventShape),
      found: formatShape(x.shape),
      remedy: 'Check what the rows were selected by',
    });
  }
  const context = rawContext === undefined ? null : await readArray(`${name}.context`, rawContext);
  checkContext(`${name}.context`, context, rows, model.contextSize);
  assertFinite(name, x);
  if (context !== null) assertFinite(`${name}.context`, context);
  return { rows, x, context };
}

/**
 * Takes a fraction of the rows away for validation, chosen at random by the seed; both parts keep at least one row.
 *
 * @throws E_OPTION when there are fewer than two rows
 */
export function holdOut(
  dataset: Dataset,
  options: { readonly fraction: number; readonly seed: number },
): { readonly training: Dataset; readonly validation: Dataset } {
  const { rows } = dataset;
  if (rows < 2) {
    throw new FlowzooError('E_OPTION', 'one row cannot be divided into training and validation', {
      at: 'validation.fraction',
      found: `${rows} row`,
    });
  }
  const held = Math.min(rows - 1, Math.max(1, Math.round(rows * options.fraction)));
  const order = new Random(`${options.seed}/validation`).permutation(rows);
  return {
    training: selectRows(dataset, order.slice(held).sort()),
    validation: selectRows(dataset, order.slice(0, held).sort()),
  };
}

/** The rows of a dataset in the order of the indices, as a dataset of its own. */
function selectRows(dataset: Dataset, rows: Int32Array): Dataset {
  const pick = (array: DataArray): DataArray => ({
    shape: [rows.length, ...array.shape.slice(1)],
    values: gatherRows(array, rows),
  });
  return {
    rows: rows.length,
    x: pick(dataset.x),
    context: dataset.context === null ? null : pick(dataset.context),
  };
}

/** Copies rows into a fresh float32 array, in the order of the indices. */
export function gatherRows(array: DataArray, rows: Int32Array): Float32Array {
  const { values } = array;
  const width = sizeOf(array.shape.slice(1));
  const gathered = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    const to = i * width;
    // A view per row costs more than the copy itself while rows are narrow.
    if (width > 64) gathered.set(values.subarray(from, from + width), to);
    else for (let j = 0; j < width; j++) gathered[to + j] = values[from + j]!;
  }
  return gathered;
}

/** A fingerprint of the numbers, MurmurHash3 over their float32 bits: tells a checkpoint that it meets other data. */
export function checksum(dataset: Dataset): string {
  let hash = 0;
  for (const array of [dataset.x, dataset.context]) {
    if (array === null) continue;
    const bits = new Uint32Array(Float32Array.from(array.values).buffer);
    for (let i = 0; i < bits.length; i++) {
      const mixed = Math.imul(bits[i]!, 0xcc9e2d51);
      hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function asTrainingData(name: string, data: DataLike): TrainingData {
  const bare = isArray(data) || typeof data !== 'object' || data === null || Array.isArray(data);
  const { x, context } = bare ? { x: data as tf.Tensor, context: undefined } : (data as TrainingData);
  for (const [at, array] of [
    [name, x],
    ...(context === undefined ? [] : [[`${name}.context`, context] as const]),
  ] as const) {
    if (isArray(array)) continue;
    throw new FlowzooError('E_DATA_FORMAT', 'this is neither a tensor nor an array with its shape', {
      at,
      expected: 'a tensor, { shape, values }, or { x, context } of these',
      found:
        array === null || typeof array !== 'object' ? String(array) : Array.isArray(array) ? 'a list' : 'an object',
      remedy: 'Make a tensor of nested lists: tf.tensor(rows)',
    });
  }
  return { x, context };
}

function isArray(data: unknown): data is tf.Tensor | DataArray {
  if (typeof data !== 'object' || data === null) return false;
  return (
    isTensor(data as tf.Tensor) || (Array.isArray((data as DataArray).shape) && isNumbers((data as DataArray).values))
  );
}

function isNumbers(values: unknown): boolean {
  return values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array;
}

function isTensor(array: tf.Tensor | DataArray): array is tf.Tensor {
  return 'dataId' in array;
}

async function readArray(name: string, array: tf.Tensor | DataArray): Promise<DataArray> {
  if (!isTensor(array)) {
    if (array.values.length !== sizeOf(array.shape)) {
      throw new FlowzooError('E_DATA_FORMAT', 'the number of values does not match the shape', {
        at: name,
        expected: `${sizeOf(array.shape)} values for ${formatShape(array.shape)}`,
        found: String(array.values.length),
        remedy: 'Rows times the size of one example must be the number of values',
      });
    }
    return array;
  }
  if (array.dtype !== 'float32' && array.dtype !== 'int32') {
    throw new FlowzooError('E_DTYPE', 'the data has the wrong dtype', {
      at: name,
      expected: 'float32 or int32',
      found: array.dtype,
      remedy: "Cast it first: tf.cast(x, 'float32')",
    });
  }
  return { shape: array.shape, values: (await array.data()) as Float32Array | Int32Array };
}

function checkEvent(name: string, x: DataArray, eventShape: Shape): void {
  const details = { at: name, expected: formatBatchShape(eventShape), found: formatShape(x.shape) };
  if (x.shape.length !== eventShape.length + 1) {
    throw new FlowzooError('E_RANK', 'the data has the wrong rank', {
      ...details,
      remedy: 'Rows come first, then the shape of one example',
    });
  }
  if (!equalShapes(x.shape.slice(1), eventShape)) {
    throw new FlowzooError('E_EVENT_SHAPE', 'the data has another event shape than the model', {
      ...details,
      remedy: 'Choose the columns the model was built for, or set "event" in its spec',
    });
  }
}

function checkContext(name: string, context: DataArray | null, rows: number, contextSize: number): void {
  const expected = contextSize === 0 ? 'no context' : `[${rows}, ${contextSize}]`;
  if (context === null) {
    if (contextSize === 0) return;
    throw new FlowzooError('E_CONTEXT', 'the model needs a context', {
      at: name,
      expected,
      found: 'none',
      remedy: 'Pass the data as { x, context }',
    });
  }
  const details = { at: name, expected, found: formatShape(context.shape) };
  if (contextSize === 0)
    throw new FlowzooError('E_CONTEXT', 'the model is unconditional', {
      ...details,
      remedy: 'Leave the context out, or declare "context" in the spec',
    });
  if (context.shape.length !== 2 || context.shape[1] !== contextSize) {
    throw new FlowzooError('E_CONTEXT', 'the context has the wrong shape', {
      ...details,
      remedy: 'Give one row per row of data, of the width that "context" has in the spec',
    });
  }
  if (context.shape[0] !== rows) {
    throw new FlowzooError('E_BATCH', 'the context has another number of rows than the data', {
      ...details,
      remedy: 'Give one row of context per row of data',
    });
  }
}

function assertFinite(name: string, array: DataArray): void {
  const { values, shape } = array;
  if (!(values instanceof Float32Array)) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const width = sizeOf(shape.slice(1));
  throw new FlowzooError('E_DATA_NOT_FINITE', 'the data holds a value that is not finite', {
    at: `${name}, row ${Math.floor(index / width)}, column ${index % width}`,
    expected: 'finite numbers',
    found: String(values[index]),
    remedy: 'Rows and columns count from 0; drop the row or fill the gap',
  });
}
