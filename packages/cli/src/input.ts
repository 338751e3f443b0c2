import * as tf from '@tensorflow/tfjs';
import { equalShapes, FlowzooError, formatShape, sizeOf, type ModelSpec, type Shape } from '@flowzoo/core';
import { assertGrey, assertGreyOptions, binarized, withBits, type GreyOptions } from './grey-levels.ts';
import { readData, selectTable, type ColumnSelection, type DataTable, type RowRange } from './data/index.ts';
import { dataTraits } from './model-argument.ts';
import type { DataOptions } from './options.ts';
import { readClips, soundOf, type Sound } from './sound.ts';

/** The model that data are read for. */
export interface Reader {
  readonly eventShape: Shape;
  readonly contextSize: number;
  readonly spec: ModelSpec;
}

/** Data that fit a model. */
export interface ModelInput {
  /** `[rows, ...event]`. */
  readonly x: DataTable;
  /** `[rows, contextSize]`, for a conditional model. */
  readonly context: DataTable | undefined;
}

/**
 * Reads data for a model and checks that they fit it. With `everyStep`, pixels that are binarized dynamically stay grey, for
 * a training that draws them anew.
 *
 * @throws what `readData` throws; E_EVENT_SHAPE, E_OUT_OF_DOMAIN, E_CONTEXT naming file, expected and found
 */
export async function readInput(
  options: DataOptions & { readonly everyStep?: boolean },
  model: Reader,
): Promise<ModelInput> {
  const { data, binarize, bits, rows } = options;
  assertGreyOptions(options);
  const { levels, audio } = dataTraits(model.spec);
  const read = await readEvents(data, { ...options, event: model.eventShape, sound: { levels, audio } });
  if (binarize !== undefined || bits !== undefined) assertGrey(data, read);
  if (binarize === 'dynamic' && options.everyStep === true) return withContext(read, options, model);
  const x = asAsked(read, options);
  checkLevels(data, { x, levels, firstRow: rows?.start ?? 0 });
  return withContext(x, options, model);
}

function asAsked(table: DataTable, { binarize, bits }: GreyOptions): DataTable {
  if (bits !== undefined) return withBits(table, bits);
  return binarize === undefined ? table : binarized(table, binarize);
}

async function withContext(x: DataTable, options: DataOptions, model: Reader): Promise<ModelInput> {
  return { x, context: await readContext(options.context, { rows: x.shape[0]!, range: options.rows, model }) };
}

/** Which rows of a file to read, and as what. */
export interface EventSelection {
  readonly event: Shape;
  readonly rows?: RowRange | undefined;
  readonly columns?: ColumnSelection | undefined;
  /** What sound the rows are, when they are the model's data; a .wav becomes clips of it. */
  readonly sound?: Sound | undefined;
}

/**
 * Reads rows of one event shape. A flat row stands for an event of as many elements (a table can hold nothing else),
 * and axes of length 1 may be there or not.
 *
 * @throws what `readData` throws, and E_EVENT_SHAPE
 */
export async function readEvents(path: string, { event, rows, columns, sound }: EventSelection): Promise<DataTable> {
  const audio = sound === undefined ? undefined : soundOf(path, sound);
  const table =
    audio === undefined
      ? await readData(path, { rows, columns })
      : selectTable(await readClips(path, { length: sizeOf(event), audio, levels: sound?.levels }), {
          path,
          rows,
          columns,
        });
  const found = table.shape.slice(1);
  const long = (shape: Shape): Shape => shape.filter((length) => length !== 1);
  const flat = long(found).length <= 1 || long(event).length <= 1;
  if (sizeOf(found) === sizeOf(event) && (flat || equalShapes(long(found), long(event)))) {
    return { ...table, shape: [table.shape[0]!, ...event] };
  }
  throw new FlowzooError('E_EVENT_SHAPE', 'the rows do not have the shape of the model', {
    at: path,
    expected: `[rows, ${event.join(', ')}]`,
    found: formatShape(table.shape),
    remedy: found.length === 1 && found[0]! > sizeOf(event) ? 'Choose the columns with --columns' : undefined,
  });
}

/**
 * The context: one row per row of data, or one for all.
 *
 * @throws E_CONTEXT when it is missing, not wanted, or does not fit
 */
export async function readContext(
  path: string | undefined,
  { rows, range, model }: { readonly rows: number; readonly range?: RowRange | undefined; readonly model: Reader },
): Promise<DataTable | undefined> {
  const { contextSize } = model;
  const expected = `[${rows}, ${contextSize}] or [1, ${contextSize}]`;
  if (path === undefined) {
    if (contextSize === 0) return undefined;
    throw new FlowzooError('E_CONTEXT', 'the model is conditional and needs a context', {
      at: '--context',
      expected: `a file of shape ${expected}`,
      found: 'none',
    });
  }
  if (contextSize === 0) {
    throw new FlowzooError('E_CONTEXT', 'the model is unconditional and takes no context', {
      at: path,
      remedy: 'Leave --context out',
    });
  }
  const whole = await readData(path);
  const single = whole.shape[0] === 1;
  const selected = single || range === undefined ? whole : await readData(path, { rows: range });
  const table = oneHot(selected, contextSize);
  if (table.shape.length === 2 && table.shape[1] === contextSize && (single || table.shape[0] === rows)) {
    return single ? repeatRow(table, rows) : table;
  }
  throw new FlowzooError('E_CONTEXT', 'the context does not fit', {
    at: path,
    expected,
    found: formatShape(table.shape),
  });
}

/** Class labels 0 … K − 1, one per row, as rows of K numbers; other tables as they are. */
function oneHot(table: DataTable, classes: number): DataTable {
  const [rows = 0, ...rest] = table.shape;
  const isLabel = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < classes;
  if (classes < 2 || sizeOf(rest) !== 1 || !table.values.every(isLabel)) return table;
  const values = new Float32Array(rows * classes);
  table.values.forEach((label, row) => (values[row * classes + label] = 1));
  return { ...table, shape: [rows, classes], values };
}

/** A table as a tensor; the caller disposes. */
export function toTensor(table: DataTable): tf.Tensor {
  return tf.tensor(table.values, [...table.shape]);
}

function repeatRow(table: DataTable, rows: number): DataTable {
  const values = new Float32Array(rows * table.values.length);
  for (let row = 0; row < rows; row++) values.set(table.values, row * table.values.length);
  return { ...table, shape: [rows, table.values.length], values };
}

/** Dequantization reads no values back, so nobody else notices data of another range. */
function checkLevels(
  path: string,
  { x, levels, firstRow }: { readonly x: DataTable; readonly levels: number | undefined; readonly firstRow: number },
): void {
  if (levels === undefined) return;
  const wrong = x.values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= levels);
  if (wrong === -1) return;
  const width = sizeOf(x.shape.slice(1));
  const row = Math.floor(wrong / width);
  throw new FlowzooError('E_OUT_OF_DOMAIN', `the model is one of data with ${levels} levels`, {
    at: `${path}, ${firstRow >= 0 ? `row ${firstRow + row}` : `row ${row} of those selected`}, element ${wrong % width}`,
    expected: `whole numbers from 0 to ${levels - 1}`,
    found: String(x.values[wrong]),
  });
}
