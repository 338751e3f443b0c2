import type { Distribution } from '../contracts/distribution.ts';
import { evaluationMode } from '../contracts/mode.ts';
import { sizeOf } from '../contracts/shape.ts';
import { bitsPerDimension } from '../dequantization/bits-per-dimension.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { disposeBatch, range, takeRows, type Batch } from './batches.ts';
import { assertKnownKeys, count, oneOf, option, wholeNumber } from './check-option.ts';
import { readDataset, type DataLike, type Dataset } from './data.ts';
import { Breather } from './macrotask.ts';
import { describeDiagnosis, diagnose, modelName } from './not-finite.ts';
import { summarize, type ScoreSummary } from './summarize.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Rows per batch. Default: 256. */
  readonly batchSize?: number | undefined;
  /** Seed of the noise of dequantization; with the batch size it fixes every number. Default: 0. */
  readonly seed?: number | undefined;
  /** Noise draws per row; only a bound depends on noise. Default: 1. */
  readonly draws?: number | undefined;
  /**
   * How draws become one number per row: `mean` is the variational bound; `log-mean-exp` is the tighter
   * importance-weighted bound (Burda et al. 2016, eq. 8). Default: `mean`.
   */
  readonly combine?: 'mean' | 'log-mean-exp' | undefined;
  /** A log-probability that is not finite is an error that names the row, or stays in the result. Default: `error`. */
  readonly notFinite?: 'error' | 'keep' | undefined;
  /** Stops between two batches with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** Scores of a data set; all statistics in float64. */
export interface Evaluation extends ScoreSummary {
  readonly rows: number;
  /** log p of each row, nats. */
  readonly logProb: Float32Array;
  /** True when these are lower bounds (dequantization). */
  readonly bound: boolean;
  /**
   * Bits per dimension, −mean / (D ln 2), where data are discrete: an upper bound if `bound`, else exact. Null for a
   * density, whose bits would depend on the unit of measurement.
   */
  readonly bitsPerDimension: number | null;
}

/** @internal Options of {@link scoreDataset}, all given. */
export interface ScoreSettings {
  readonly batchSize: number;
  readonly seed: number | string;
  readonly draws: number;
  readonly combine: 'mean' | 'log-mean-exp';
  readonly notFinite: 'error' | 'keep';
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: EvaluateOptions['onProgress'];
}

/**
 * Scores every row of a data set in evaluation mode, which the model is left in.
 *
 * @example
 * const { mean, standardError } = await evaluate(model, { x: heldOut });
 *
 * @throws E_DATA_EMPTY, E_DATA_FORMAT, E_DATA_NOT_FINITE, E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH, E_OPTION,
 * E_ABORTED; E_NOT_FINITE_LOSS naming the row and, for a flow, the layer
 */
export async function evaluate(
  model: Distribution,
  data: DataLike,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  assertKnownKeys('', options, OPTIONS);
  const settings: ScoreSettings = {
    batchSize: option('batchSize', options.batchSize, 256, count),
    seed: option('seed', options.seed, 0, wholeNumber),
    draws: option('draws', options.draws, 1, count),
    combine: option('combine', options.combine, 'mean', oneOf('mean', 'log-mean-exp')),
    notFinite: option('notFinite', options.notFinite, 'error', oneOf('error', 'keep')),
    signal: options.signal,
    onProgress: options.onProgress,
  };
  const dataset = await readDataset('data', model, data);
  const logProb = await scoreDataset(model, dataset, settings);
  const summary = summarize(logProb);
  const isDiscrete = model.lowerBound || model.levels !== undefined;
  const bits = isDiscrete ? bitsPerDimension(summary.mean, { dimensions: sizeOf(model.eventShape) }) : null;
  return { rows: dataset.rows, logProb, bound: model.lowerBound, bitsPerDimension: bits, ...summary };
}

/** log p of each row; the noise depends on the seed, the number of the batch and of the draw. */
export async function scoreDataset(
  model: Distribution,
  dataset: Dataset,
  settings: ScoreSettings,
): Promise<Float32Array> {
  const scores = new Float32Array(dataset.rows);
  const breather = new Breather();
  for (let start = 0, batch = 0; start < dataset.rows; start += settings.batchSize, batch++) {
    if (settings.signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'scoring was aborted');
    const end = Math.min(start + settings.batchSize, dataset.rows);
    const taken = takeRows(dataset, range(start, end));
    try {
      const values = await scoreBatch(model, taken, { ...settings, seed: `${settings.seed}/evaluate/${batch}` });
      const bad = settings.notFinite === 'keep' ? -1 : values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw await notFiniteRow(model, taken, { row: start + bad, value: values[bad]! });
      scores.set(values, start);
    } finally {
      disposeBatch(taken);
    }
    settings.onProgress?.({ done: end, total: dataset.rows });
    await breather.breathe();
  }
  return scores;
}

async function scoreBatch(model: Distribution, batch: Batch, settings: ScoreSettings): Promise<Float64Array> {
  const draws: Float32Array[] = [];
  for (let draw = 0; draw < settings.draws; draw++) {
    model.setMode(evaluationMode(`${settings.seed}/${draw}`));
    const logProb = model.logProb(batch.x, batch.context);
    draws.push((await logProb.data()) as Float32Array);
    logProb.dispose();
  }
  return Float64Array.from(draws[0]!, (first, row) => {
    if (draws.length === 1) return first;
    const values = draws.map((values) => values[row]!);
    return settings.combine === 'mean' ? mean(values) : logMeanExp(values);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function logMeanExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(mean(values.map((value) => Math.exp(value - top))));
}

async function notFiniteRow(
  model: Distribution,
  batch: Batch,
  fault: { readonly row: number; readonly value: number },
): Promise<FlowzooError> {
  const diagnosis = await diagnose(model, batch.x, batch.context);
  return new FlowzooError('E_NOT_FINITE_LOSS', 'the log-probability of a row is not finite', {
    at: `row ${fault.row}`,
    expected: 'a finite number of nats',
    found: `${fault.value} from ${diagnosis === null ? modelName(model) : describeDiagnosis(diagnosis)}`,
    remedy: "Check that the row is in the model's range, or pass notFinite: 'keep'",
  });
}

const OPTIONS = ['batchSize', 'seed', 'draws', 'combine', 'notFinite', 'signal', 'onProgress'];
