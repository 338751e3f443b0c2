export { annealedBeta, type AnnealingOptions, type AnnealingSettings } from './annealing.ts';
export type { Estimator } from './estimators.ts';
export { evaluateTarget, type EvaluateTargetOptions } from './evaluate-target.ts';
export type * from './events.ts';
export {
  fitObjective,
  type FitObjectiveOptions,
  type FitObjectiveResult,
  type Objective,
  type ObjectiveDraw,
} from './fit-objective.ts';
export { fitTarget } from './fit-target.ts';
export { summarizeWeights, type Estimate, type ImportanceSummary } from './importance.ts';
export type { FitTargetOptions } from './options.ts';
export type { LogDensity } from './target.ts';
