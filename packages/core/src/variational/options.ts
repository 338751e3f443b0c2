import { FlowzooError } from '../errors/flowzoo-error.ts';
import { assertKnownKeys, callable, count, oneOf, option, wholeNumber } from '../training/check-option.ts';
import {
  checkOptimization,
  OPTIMIZATION_KEYS,
  resolveOptimization,
  type OptimizationSettings,
} from '../training/optimization.ts';
import type { OptimizationOptions } from '../training/options.ts';
import { resolveAnnealing, type AnnealingOptions, type AnnealingSettings } from './annealing.ts';
import type { Estimator } from './estimators.ts';
import type { FitTargetEvent } from './events.ts';

/** Options of {@link fitTarget}. */
export interface FitTargetOptions extends OptimizationOptions {
  /** Number of updates. */
  readonly steps: number;
  /** Draws per update. Default: 256. */
  readonly samples?: number | undefined;
  /**
   * `total` differentiates the draw and its density. `path` leaves out the score, whose mean is 0, and so has no variance
   * at all at a perfect fit; it runs the inverse as well, so it suits flows whose inverse is cheap. Default: `total`.
   */
  readonly estimator?: Estimator | undefined;
  /** How β grows to 1; null fits the target itself from the first step. Default: from 0.01 over half of the steps. */
  readonly annealing?: AnnealingOptions | null | undefined;
  /** Decides the draws. Default: 0. */
  readonly seed?: number | undefined;
  /** Draws of the evaluation at the end. Default: 4096. */
  readonly evaluationSamples?: number | undefined;
  /** Steps between two entries of the history. Default: a five-hundredth of all steps. */
  readonly recordEvery?: number | undefined;
  /** Called with everything that happens, in order. */
  readonly onEvent?: ((event: FitTargetEvent) => void) | undefined;
  /** Stops after the current step, and `fitTarget` resolves with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options with every default filled in: what decides the numbers of a fit. */
export interface FitTargetSettings extends OptimizationSettings {
  readonly steps: number;
  readonly samples: number;
  readonly estimator: Estimator;
  readonly annealing: AnnealingSettings | null;
  readonly seed: number;
  readonly evaluationSamples: number;
  readonly recordEvery: number;
}

/** @throws E_OPTION naming the option */
export function resolveTargetOptions(options: FitTargetOptions): FitTargetSettings {
  if (options?.steps === undefined) {
    throw new FlowzooError('E_OPTION', 'how long to train must be said', { at: 'steps', expected: '{ steps }' });
  }
  assertKnownKeys('', options, OPTIONS);
  checkOptimization(options);
  option<unknown>('onEvent', options.onEvent, null, callable);
  const steps = option('steps', options.steps, 0, count);
  return {
    steps,
    samples: option('samples', options.samples, 256, count),
    estimator: option('estimator', options.estimator, 'total', oneOf('total', 'path')),
    annealing: resolveAnnealing(options.annealing),
    seed: option('seed', options.seed, 0, wholeNumber),
    evaluationSamples: option('evaluationSamples', options.evaluationSamples, 4096, count),
    recordEvery: option('recordEvery', options.recordEvery, Math.ceil(steps / 500), count),
    ...resolveOptimization(options, steps),
  };
}

const OPTIONS = [
  'steps',
  'samples',
  'estimator',
  'annealing',
  'seed',
  'evaluationSamples',
  'recordEvery',
  'onEvent',
  'signal',
  ...OPTIMIZATION_KEYS,
];
