import type { Distribution } from '../contracts/distribution.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import {
  assertKnownKeys,
  callable,
  decay,
  factor,
  notNegative,
  oneOf,
  option,
  orNull,
  positive,
  share,
  wholeNumber,
} from './check-option.ts';
import { FlatParameters } from './flat-parameters.ts';
import type { OptimizerSettings } from './optimizer.ts';
import type { OptimizationOptions } from './options.ts';
import type { ScheduleSettings } from './schedule.ts';

/** How gradients become weights, with every default filled in. */
export interface OptimizationSettings {
  readonly optimizer: OptimizerSettings;
  readonly schedule: ScheduleSettings;
  readonly clipNorm: number | null;
  readonly average: number | null;
}

/** The names of {@link OptimizationOptions}. */
export const OPTIMIZATION_KEYS: readonly string[] = ['optimizer', 'schedule', 'clipNorm', 'average', 'createOptimizer'];

/**
 * Checks the keys of the nested options and the factory.
 *
 * @throws E_OPTION naming the option
 */
export function checkOptimization(options: OptimizationOptions): void {
  assertKnownKeys('optimizer', options.optimizer ?? {}, OPTIMIZER);
  assertKnownKeys('schedule', options.schedule ?? {}, SCHEDULE);
  option<unknown>('createOptimizer', options.createOptimizer, null, callable);
}

/**
 * Fills in every default for a training of so many steps.
 *
 * @throws E_OPTION naming the option
 */
export function resolveOptimization(options: OptimizationOptions, steps: number): OptimizationSettings {
  return {
    optimizer: resolveOptimizer(options),
    schedule: resolveSchedule(options, steps),
    clipNorm: option('clipNorm', options.clipNorm, 5, orNull(positive)),
    average: option('average', options.average, 0.999, orNull(decay)),
  };
}

/**
 * The trained variables of a model as one vector.
 *
 * @throws E_OPTION when there are none
 */
export function trainedParameters(model: Distribution): FlatParameters {
  const parameters = new FlatParameters(model.variables);
  if (parameters.size > 0) return parameters;
  throw new FlowzooError('E_OPTION', 'the model has nothing to train', {
    at: 'model',
    expected: 'at least one trainable variable',
    found: 'none',
    remedy: 'Layers that are fitted without gradients need model.initialize(x) only',
  });
}

function resolveOptimizer({ optimizer = {} }: OptimizationOptions): OptimizerSettings {
  return {
    type: option('optimizer.type', optimizer.type, 'adam', oneOf('adam', 'adamax')),
    learningRate: option('optimizer.learningRate', optimizer.learningRate, 1e-3, positive),
    beta1: option('optimizer.beta1', optimizer.beta1, 0.9, decay),
    beta2: option('optimizer.beta2', optimizer.beta2, 0.999, decay),
    epsilon: option('optimizer.epsilon', optimizer.epsilon, 1e-8, positive),
    weightDecay: option('optimizer.weightDecay', optimizer.weightDecay, 0, notNegative),
  };
}

function resolveSchedule({ schedule = {} }: OptimizationOptions, steps: number): ScheduleSettings {
  return {
    type: option('schedule.type', schedule.type, 'cosine', oneOf('constant', 'cosine', 'exponential')),
    warmup: option('schedule.warmup', schedule.warmup, Math.min(100, Math.floor(steps / 10)), wholeNumber),
    finalFraction: option('schedule.finalFraction', schedule.finalFraction, 0, share),
    decayRate: option('schedule.decayRate', schedule.decayRate, 0.9995, factor),
  };
}

const OPTIMIZER = ['type', 'learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay'];
const SCHEDULE = ['type', 'warmup', 'finalFraction', 'decayRate'];
