export type { Augmentation } from './augment.ts';
export { stepsPerEpoch } from './batches.ts';
export { binarizeRows } from './binarize-rows.ts';
export { encodeCheckpoint, decodeCheckpoint } from './checkpoint-file.ts';
export type {
  BestWeights,
  Checkpoint,
  EntryDescription,
  Fingerprint,
  ModelDescription,
  PendingSums,
} from './checkpoint.ts';
export type { DataArray, DataLike, TrainingData } from './data.ts';
export { evaluate, type EvaluateOptions, type Evaluation } from './evaluate.ts';
export type * from './events.ts';
export { fit } from './fit.ts';
export {
  Adam,
  Adamax,
  type Optimizer,
  type OptimizerFactory,
  type OptimizerSettings,
  type UpdateOptions,
} from './optimizer.ts';
export type * from './options.ts';
export { fitOptionsFromRecipe, trainingSchema, type TrainingRecipe } from './recipe.ts';
export { scheduleFactor, type ScheduleSettings } from './schedule.ts';
export { summarize, type ScoreSummary } from './summarize.ts';
export type { RunningWorkers, TrainingWorkers, WorkerGradient, WorkerJob, WorkerStep } from './workers.ts';
