/** Why a training ended. */
export type StopReason = 'steps' | 'patience' | 'aborted';

/** What happens while {@link fit} runs, in order: `start`, then steps with the rest between them, then `stop`. */
export type FitEvent =
  | {
      readonly type: 'start';
      /** Updates done before, when resumed. */
      readonly step: number;
      readonly steps: number;
      readonly stepsPerEpoch: number;
      readonly batchSize: number;
      readonly rows: number;
      readonly validationRows: number;
      /** Number of trained numbers. */
      readonly parameters: number;
    }
  /** Variables the log-probability does not depend on; said once. */
  | { readonly type: 'unused-variables'; readonly names: readonly string[] }
  | {
      readonly type: 'step';
      /** Updates done, this one included. */
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      /** Mean −log p of the batch before the update, nats per example. */
      readonly loss: number;
      /** Euclidean norm before clipping. */
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly stepsPerSecond: number;
      readonly etaSeconds: number;
    }
  | {
      readonly type: 'validation';
      readonly step: number;
      /** Mean log p over the validation rows, nats per example. */
      readonly logProb: number;
      readonly standardError: number;
      /** Whether this is the best so far. */
      readonly best: boolean;
      readonly bestStep: number | null;
      readonly bestLogProb: number | null;
    }
  | { readonly type: 'checkpoint'; readonly step: number }
  /** The loss or its gradient is not finite; the error of the same message follows. */
  | { readonly type: 'not-finite'; readonly step: number; readonly message: string }
  | {
      readonly type: 'stop';
      readonly reason: StopReason;
      readonly step: number;
      readonly bestStep: number | null;
      readonly bestLogProb: number | null;
      readonly seconds: number;
    };

/** Means over the steps since the previous entry. */
export interface TrainingPoint {
  /** Updates done at the end of the interval. */
  readonly step: number;
  /** Mean −log p, nats per example. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** Of the last step of the interval. */
  readonly learningRate: number;
}

/** One validation. */
export interface ValidationPoint {
  readonly step: number;
  /** Mean log p, nats per example. */
  readonly logProb: number;
  readonly standardError: number;
}

/** The course of a training. */
export interface FitHistory {
  readonly training: readonly TrainingPoint[];
  readonly validation: readonly ValidationPoint[];
}

/** What {@link fit} resolves with. The model is in evaluation mode and holds the weights described by `weights`. */
export interface FitResult {
  readonly reason: StopReason;
  /** Updates done, those before a resumption included. */
  readonly steps: number;
  /** Which weights the model holds now: of the best validation, the moving average, or the last step's. */
  readonly weights: 'best' | 'average' | 'last';
  /** Updates done when the best validation score came; null without validation. */
  readonly bestStep: number | null;
  /** Best mean log p over the validation rows, nats per example; null without validation. */
  readonly bestValidation: number | null;
  readonly history: FitHistory;
  /** Time spent, this run only. */
  readonly seconds: number;
  /** Variables the log-probability does not depend on. */
  readonly unusedVariables: readonly string[];
}
