import type { JsonSchema } from '../registry/plugin.ts';
import type { DataLike } from './data.ts';
import type { FitOptions, OptimizerOptions, ScheduleOptions } from './options.ts';

/** The `"training"` block of a spec: the options of {@link fit} that a JSON document can hold. */
export interface TrainingRecipe {
  readonly steps?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly microBatch?: number;
  readonly seed?: number;
  readonly optimizer?: OptimizerOptions;
  readonly schedule?: ScheduleOptions;
  readonly clipNorm?: number | null;
  readonly average?: number | null;
  readonly validation?: {
    readonly fraction?: number;
    readonly every?: number;
    readonly batchSize?: number;
    readonly patience?: number | null;
    readonly draws?: number;
  };
}

/**
 * The options of `fit` that a recipe describes.
 *
 * Validation rows that are given replace the recipe's `fraction`; with neither, nothing is validated.
 *
 * @example
 * await fit(model, data, { ...fitOptionsFromRecipe(spec.training, { validation }), steps: 100, epochs: undefined });
 */
export function fitOptionsFromRecipe(
  recipe: TrainingRecipe,
  rows: { readonly validation?: DataLike | undefined } = {},
): FitOptions {
  const { validation, ...rest } = recipe;
  if (rows.validation !== undefined) {
    const { fraction: _, ...settings } = validation ?? {};
    return { ...rest, validation: { ...settings, data: rows.validation } };
  }
  return validation?.fraction === undefined ? rest : { ...rest, validation };
}

const above0 = { type: 'number', exclusiveMinimum: 0 };
const count = { type: 'integer', minimum: 1 };
const decay = { type: 'number', minimum: 0, exclusiveMaximum: 1 };
const orNull = (schema: object): object => ({ anyOf: [schema, { const: null }] });

/** Schema of the `"training"` block. */
export const trainingSchema: JsonSchema = {
  type: 'object',
  description: 'How the model is trained: what `flowzoo train` does and `fitOptionsFromRecipe` turns into options.',
  properties: {
    steps: { ...count, description: 'Number of updates; or else epochs.' },
    epochs: { ...above0, description: 'Passes over the training rows; or else steps.' },
    batchSize: { ...count, default: 256, description: 'Rows per update.' },
    microBatch: { ...count, description: 'Rows in memory at once; the gradients add up. Default: batchSize.' },
    seed: { type: 'integer', minimum: 0, default: 0, description: 'Decides batches and noise.' },
    optimizer: {
      type: 'object',
      default: {},
      description: 'The update rule.',
      properties: {
        type: { enum: ['adam', 'adamax'], default: 'adam', description: 'Adam or Adamax.' },
        learningRate: { ...above0, default: 1e-3, description: 'Peak learning rate.' },
        beta1: { ...decay, default: 0.9, description: 'Decay of the mean of gradients.' },
        beta2: { ...decay, default: 0.999, description: 'Decay of the mean of squares, or of the maximum.' },
        epsilon: { ...above0, default: 1e-8, description: 'Added to the denominator.' },
        weightDecay: { type: 'number', minimum: 0, default: 0, description: 'Decoupled weight decay (AdamW).' },
      },
      additionalProperties: false,
    },
    schedule: {
      type: 'object',
      default: {},
      description: 'The course of the learning rate.',
      properties: {
        type: { enum: ['constant', 'cosine', 'exponential'], default: 'cosine', description: 'After the warm-up.' },
        warmup: {
          type: 'integer',
          minimum: 0,
          description: 'Steps of linear warm-up. Default: 100, or a tenth of the steps when that is less.',
        },
        finalFraction: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0,
          description: 'Cosine: fraction of the peak rate at the end.',
        },
        decayRate: {
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 1,
          default: 0.9995,
          description: 'Exponential: factor per step.',
        },
      },
      additionalProperties: false,
    },
    clipNorm: {
      ...orNull(above0),
      default: 5,
      description: 'Gradients of larger Euclidean norm are scaled down to it; null never clips.',
    },
    average: {
      ...orNull(decay),
      default: 0.999,
      description: 'Decay of the moving average of weights that is kept; null keeps the weights themselves.',
    },
    validation: {
      type: 'object',
      description: 'Scoring of held-out rows; the best weights are kept.',
      properties: {
        fraction: {
          type: 'number',
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          description: 'Fraction of the training rows to hold out when no validation rows are given.',
        },
        every: { ...count, description: 'Steps between two validations. Default: a fiftieth of all steps.' },
        batchSize: { ...count, description: 'Rows per batch. Default: the micro-batch.' },
        patience: {
          ...orNull(count),
          default: null,
          description: 'Validations in a row without a new best before stopping; null never stops early.',
        },
        draws: { ...count, default: 1, description: 'Noise draws per row, for a bound.' },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};
