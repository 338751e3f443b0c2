import * as tf from '@tensorflow/tfjs';
import { Random } from '../random/random.ts';
import { augmented, type SeededAugmentation } from './augment.ts';
import { gatherRows, type DataArray, type Dataset } from './data.ts';

/** One batch as tensors; whoever took it disposes both. */
export interface Batch {
  readonly x: tf.Tensor;
  readonly context: tf.Tensor | undefined;
}

/** Gathers rows on the JavaScript side and makes tensors of them: the same on every backend. */
export function takeRows(dataset: Dataset, rows: Int32Array, change?: SeededAugmentation): Batch {
  const { context } = dataset;
  return { x: toTensor(dataset.x, rows, change), context: context === null ? undefined : toTensor(context, rows) };
}

/** Disposes the tensors of a batch. */
export function disposeBatch(batch: Batch): void {
  batch.x.dispose();
  batch.context?.dispose();
}

/** The row numbers from `start` up to, not including, `end`. */
export function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}

/**
 * Which rows each step sees: a fresh permutation per epoch that depends on the seed and the number of the epoch alone,
 * so that step n sees the same rows however often the training was interrupted.
 *
 * Every batch is full: the rows left over at the end of an epoch (fewer than a batch, other ones each time) are skipped.
 */
export class BatchOrder {
  readonly stepsPerEpoch: number;
  readonly #rows: number;
  readonly #batchSize: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Int32Array = new Int32Array();

  constructor(options: { readonly rows: number; readonly batchSize: number; readonly seed: number }) {
    this.#rows = options.rows;
    this.#batchSize = Math.min(options.batchSize, options.rows);
    this.#seed = options.seed;
    this.stepsPerEpoch = stepsPerEpoch(options);
  }

  /** The rows of a step, counted from 0. */
  rowsOf(step: number): Int32Array {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#order = new Random(`${this.#seed}/epoch/${epoch}`).permutation(this.#rows);
      this.#epoch = epoch;
    }
    const start = (step % this.stepsPerEpoch) * this.#batchSize;
    return this.#order.subarray(start, start + this.#batchSize);
  }
}

/** How many full batches the rows give, at least one. */
export function stepsPerEpoch(options: { readonly rows: number; readonly batchSize: number }): number {
  return Math.max(1, Math.floor(options.rows / options.batchSize));
}

function toTensor(array: DataArray, rows: Int32Array, change?: SeededAugmentation): tf.Tensor {
  const values = gatherRows(array, rows);
  const shape = [rows.length, ...array.shape.slice(1)];
  return tf.tensor(change === undefined ? values : augmented(values, change), shape);
}
