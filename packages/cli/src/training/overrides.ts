import type { ModelSpec, TrainingRecipe } from '@flowzoo/core';

/** What a command line says in place of a spec. */
export interface Overrides {
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}

/** How long a spec is trained that does not say it. */
export const DEFAULT_STEPS = 2000;

/** The spec to train: no old weights, and the options of the command line in place of its own. */
export function applyOverrides(spec: ModelSpec, { steps, batch, learningRate, seed }: Overrides): ModelSpec {
  const { weights: _old, ...fresh } = spec;
  const { epochs, ...recipe } = (fresh.training ?? {}) as TrainingRecipe;
  const length = steps === undefined ? { epochs, steps: recipe.steps } : { epochs: undefined, steps };
  const isOpen = length.epochs === undefined && length.steps === undefined;
  const training: TrainingRecipe = withoutUndefined({
    ...recipe,
    epochs: length.epochs,
    steps: isOpen ? DEFAULT_STEPS : length.steps,
    batchSize: batch ?? recipe.batchSize,
    seed: seed ?? recipe.seed,
    optimizer: learningRate === undefined ? recipe.optimizer : { ...recipe.optimizer, learningRate },
  });
  return { ...fresh, ...(seed === undefined ? {} : { seed }), training: { ...training } };
}

function withoutUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
