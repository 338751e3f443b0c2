import { sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { stepsPerEpoch } from './batches.ts';
import { assertKnownKeys, callable, count, fraction, option, orNull, positive, wholeNumber } from './check-option.ts';
import {
  checkOptimization,
  OPTIMIZATION_KEYS,
  resolveOptimization,
  type OptimizationSettings,
} from './optimization.ts';
import type { FitOptions } from './options.ts';
import { isTrainingWorkers } from './workers.ts';

/** Options with every default filled in: what decides the numbers of a training. */
export interface FitSettings extends OptimizationSettings {
  readonly steps: number;
  readonly batchSize: number;
  readonly microBatch: number;
  readonly seed: number;
  readonly validation: {
    readonly every: number;
    readonly batchSize: number;
    readonly patience: number | null;
    readonly draws: number;
  } | null;
  readonly initializationRows: number;
  readonly recordEvery: number;
  readonly checkpointEvery: number | null;
}

/**
 * Checks the options that need no data, so that a typing error costs no reading.
 *
 * @throws E_OPTION naming the option
 */
export function checkOptions(options: FitOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new FlowzooError('E_OPTION', 'how long to train must be said once', {
      at: 'options',
      expected: '{ steps } or { epochs }',
      found: String(options),
    });
  }
  assertKnownKeys('', options, OPTIONS);
  checkOptimization(options);
  assertKnownKeys('validation', options.validation ?? {}, VALIDATION);
  assertKnownKeys('checkpoint', options.checkpoint ?? {}, ['every', 'save']);
  if ((options.steps === undefined) === (options.epochs === undefined)) {
    throw new FlowzooError('E_OPTION', 'how long to train must be said once', {
      at: 'steps',
      expected: 'steps or epochs',
      found: options.steps === undefined ? 'neither' : 'both',
    });
  }
  option<unknown>('onEvent', options.onEvent, null, callable);
  option<unknown>('augment', options.augment, null, callable);
  if (options.augment !== undefined && options.workers !== undefined) {
    throw new FlowzooError('E_OPTION', 'a function of this thread cannot change the rows of other threads', {
      at: 'augment',
      found: 'augment and workers',
      remedy: 'Leave one of them out',
    });
  }
  option<unknown>('workers', options.workers, null, {
    expected: 'what workerThreads({ count, setup }) of @flowzoo/core/node gives',
    holds: isTrainingWorkers,
  });
  if (options.checkpoint !== undefined) {
    // A hook that is missing would be noticed only when the work of hours is to be saved.
    option<unknown>('checkpoint.save', options.checkpoint.save ?? null, null, callable);
  }
  const validation = options.validation;
  if (validation === undefined) return;
  option('validation.fraction', validation.fraction, 0, fraction);
  if (validation.data === undefined && validation.fraction === undefined) {
    throw new FlowzooError('E_OPTION', 'validation needs rows', {
      at: 'validation',
      expected: 'data, or the fraction of the training rows to hold out',
      found: 'neither',
    });
  }
}

/**
 * Fills in every default, for training data of so many rows.
 *
 * @throws E_OPTION naming the option
 */
export function resolveOptions(
  options: FitOptions,
  data: { readonly rows: number; readonly event: Shape },
): FitSettings {
  const batchSize = Math.min(option('batchSize', options.batchSize, 256, count), data.rows);
  const epochs = option('epochs', options.epochs, 0, positive);
  const steps =
    options.steps === undefined
      ? Math.max(1, Math.round(epochs * stepsPerEpoch({ rows: data.rows, batchSize })))
      : option('steps', options.steps, 0, count);
  const share = Math.ceil(batchSize / (options.workers?.count ?? 1));
  const microBatch = Math.min(option('microBatch', options.microBatch, share, count), share);
  const fitting = Math.floor(2 ** 18 / sizeOf(data.event));
  return {
    steps,
    batchSize,
    microBatch,
    seed: option('seed', options.seed, 0, wholeNumber),
    ...resolveOptimization(options, steps),
    validation: resolveValidation(options, { steps, microBatch }),
    initializationRows: Math.min(
      option('initializationRows', options.initializationRows, Math.min(16384, Math.max(256, fitting)), count),
      data.rows,
    ),
    recordEvery: option('recordEvery', options.recordEvery, Math.ceil(steps / 500), count),
    checkpointEvery: option('checkpoint.every', options.checkpoint?.every, null, orNull(count)),
  };
}

function resolveValidation(
  { validation }: FitOptions,
  { steps, microBatch }: { readonly steps: number; readonly microBatch: number },
): FitSettings['validation'] {
  if (validation === undefined) return null;
  return {
    every: option('validation.every', validation.every, Math.ceil(steps / 50), count),
    batchSize: option('validation.batchSize', validation.batchSize, microBatch, count),
    patience: option('validation.patience', validation.patience, null, orNull(count)),
    draws: option('validation.draws', validation.draws, 1, count),
  };
}

const VALIDATION = ['data', 'fraction', 'every', 'batchSize', 'patience', 'draws'];
const OPTIONS = [
  'steps',
  'epochs',
  'batchSize',
  'microBatch',
  'workers',
  'seed',
  ...OPTIMIZATION_KEYS,
  'validation',
  'augment',
  'initializationRows',
  'recordEvery',
  'onEvent',
  'signal',
  'checkpoint',
  'resume',
];
