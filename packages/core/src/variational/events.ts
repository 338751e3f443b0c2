import type { TrainingPoint } from '../training/events.ts';
import type { ImportanceSummary } from './importance.ts';

/** Why {@link fitTarget} ended. */
export type FitTargetStop = 'steps' | 'aborted';

/** What happens while {@link fitTarget} runs, in order: `start`, then steps, then `stop`. */
export type FitTargetEvent =
  | {
      readonly type: 'start';
      readonly steps: number;
      /** Draws per step. */
      readonly samples: number;
      /** Number of trained numbers. */
      readonly parameters: number;
    }
  /** Variables the draws and their density do not depend on; said once. */
  | { readonly type: 'unused-variables'; readonly names: readonly string[] }
  | {
      readonly type: 'step';
      /** Updates done, this one included. */
      readonly step: number;
      readonly steps: number;
      /** Mean log q − β log p̃ of the draws before the update, nats. */
      readonly loss: number;
      /** Inverse temperature of the target in this step. */
      readonly beta: number;
      /** Euclidean norm before clipping. */
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly stepsPerSecond: number;
      readonly etaSeconds: number;
    }
  /** The loss or its gradient is not finite; the error of the same message follows. */
  | { readonly type: 'not-finite'; readonly step: number; readonly message: string }
  | {
      readonly type: 'stop';
      readonly reason: FitTargetStop;
      readonly step: number;
      readonly seconds: number;
    };

/** Means over the steps since the previous entry; `loss` is log q − β log p̃. */
export interface TargetPoint extends TrainingPoint {
  /** Of the last step of the interval. */
  readonly beta: number;
}

/** What {@link fitTarget} resolves with. The flow is in evaluation mode. */
export interface FitTargetResult {
  readonly reason: FitTargetStop;
  /** Updates done. */
  readonly steps: number;
  /** Which weights the flow holds now: the moving average, or the last step's. */
  readonly weights: 'average' | 'last';
  readonly history: readonly TargetPoint[];
  /** The fitted flow against the target; null when aborted. */
  readonly evaluation: ImportanceSummary | null;
  /** Time spent, without the evaluation. */
  readonly seconds: number;
  /** Variables the draws and their density do not depend on. */
  readonly unusedVariables: readonly string[];
}
