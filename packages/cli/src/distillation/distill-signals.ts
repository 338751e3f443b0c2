import type * as tf from '@tensorflow/tfjs';
import {
  FlowzooError,
  isFlow,
  type Distribution,
  type Estimate,
  type FitObjectiveOptions,
  type FitObjectiveResult,
  type Flow,
} from '@flowzoo/core';
import { distill } from '@flowzoo/layers-autoregressive';

/** What the distillation of WaveNets takes beside a recipe. */
export interface SignalOptions {
  /** Conditions to draw signals for, `[rows, contextSize]`. */
  readonly context?: tf.Tensor2D | undefined;
  /** Real signals of these conditions, and the weight of the power loss. */
  readonly power?: { readonly real: tf.Tensor2D; readonly weight: number } | undefined;
  readonly evaluationSamples: number;
}

/** Whether the teacher is one `wavenet-flow` and the student a stack of `wavenet-iaf`: signals, known step by step. */
export function areSignals(teacher: Distribution, student: Distribution): boolean {
  const consistsOf = (model: Distribution, type: string): boolean =>
    isFlow(model) && (model as unknown as Flow).layers.every((layer) => layer.type === type);
  return consistsOf(teacher, 'wavenet-flow') && consistsOf(student, 'wavenet-iaf');
}

/**
 * Parallel WaveNet: fits a student to a teacher step by step.
 *
 * @throws E_OPTION when the two are no WaveNets, and what `distill` throws
 */
export async function distillSignals(
  options: SignalOptions & {
    readonly teacher: Distribution;
    readonly student: Distribution;
    readonly estimator: 'closed-form' | 'sampled';
    readonly fitting: FitObjectiveOptions;
  },
): Promise<{ readonly result: FitObjectiveResult; readonly divergence: Estimate | null }> {
  const { teacher, student, fitting, ...own } = options;
  if (!areSignals(teacher, student)) {
    throw new FlowzooError('E_OPTION', 'this estimator knows signals step by step only', {
      at: '--estimator',
      expected: 'a teacher of one wavenet-flow and a student of wavenet-iaf layers',
      found: options.estimator,
      remedy: 'Leave --estimator out',
    });
  }
  const { divergence, ...result } = await distill(teacher as Flow, student as Flow, { ...fitting, ...own });
  return { result, divergence };
}
