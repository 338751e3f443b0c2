import * as tf from '@tensorflow/tfjs';
import {
  evaluationMode,
  fitObjective,
  FlowzooError,
  type Estimate,
  type FitObjectiveOptions,
  type FitObjectiveResult,
  type Flow,
  type ObjectiveDraw,
} from '@flowzoo/core';
import { powerLoss, type SpectrumOptions } from './power-loss.ts';
import { closedFormDivergence, sampledDivergence, type Divergence } from './step-divergence.ts';

/** Options of {@link distill}: those of core's `fitObjective`, `samples` being the signals of one update, and these. */
export interface DistillOptions extends FitObjectiveOptions {
  /** Default: `closed-form`, for Gaussian steps; `sampled` for logistic noise. */
  readonly estimator?: 'closed-form' | 'sampled' | undefined;
  /** Draws of each step with `sampled`. Default: 4. */
  readonly draws?: number | undefined;
  /** `[rows, contextSize]`; each update takes the next rows, around and around. */
  readonly context?: tf.Tensor2D | undefined;
  /** The power loss: real signals `[rows, time]`, row for row of the context's conditions, and the weight. */
  readonly power?: (SpectrumOptions & { readonly real: tf.Tensor2D; readonly weight: number }) | undefined;
  /** Signals of the measurement at the end. Default: 256. */
  readonly evaluationSamples?: number | undefined;
}

/** What {@link distill} resolves with. */
export interface DistillResult extends FitObjectiveResult {
  /** KL(student‖teacher) per signal, nats, over fresh draws; null when aborted. */
  readonly divergence: Estimate | null;
}

/**
 * Teaches a stack of `wavenet-iaf` layers, which draw a whole signal in one pass, what a `wavenet-flow` knows, which scores
 * one: minimises KL(student‖teacher) on the student's own signals, step by step, plus the power loss where it is asked for.
 * Gradients go through the signals into the teacher's inputs; its weights stay.
 *
 * For other flows, or without a condition, core's `fitTarget(student, (x) => teacher.logProb(x), options)` does the same
 * from whole-signal densities.
 *
 * @throws E_OPTION for flows of other layers and what `fitObjective` throws
 * @example
 * const { divergence } = await distill(teacher, student, { steps: 1000, samples: 32 });
 */
export async function distill(teacher: Flow, student: Flow, options: DistillOptions): Promise<DistillResult> {
  const {
    estimator = 'closed-form',
    draws,
    context,
    power,
    evaluationSamples = 256,
    samples = 16,
    ...fitting
  } = options;
  const { seed = 0 } = options;
  if (context !== undefined && context.shape[0] === 0) {
    throw new FlowzooError('E_OPTION', 'there are no conditions to draw signals for', {
      at: 'context',
      found: '0 rows',
    });
  }
  // Dropout of the teacher off: it is asked, not trained.
  teacher.setMode(evaluationMode(seed));
  const estimate = ({ samples: count, seed: drawSeed, step }: ObjectiveDraw): Divergence => {
    const site = { count, seed: drawSeed, context: context && nextRows(context, count, step) };
    return estimator === 'closed-form'
      ? closedFormDivergence(teacher, student, site)
      : sampledDivergence(teacher, student, { ...site, draws });
  };
  const objective = (draw: ObjectiveDraw): tf.Scalar => {
    const { value, divergence } = estimate(draw);
    const mean: tf.Scalar = tf.mean(divergence);
    if (power === undefined) return mean;
    const real = nextRows(power.real, draw.samples, draw.step);
    return tf.add(mean, tf.mul(tf.mean(powerLoss(value, real, power)), power.weight));
  };
  const result = await fitObjective(student, objective, { ...fitting, samples });
  const rounds = Math.ceil(evaluationSamples / samples);
  const divergence = result.reason === 'aborted' ? null : await measure(estimate, samples, rounds);
  return { ...result, divergence };
}

/** The rows of a step, beginning again at the end. */
function nextRows(rows: tf.Tensor2D, count: number, step: number): tf.Tensor2D {
  const places = Array.from({ length: count }, (_, i) => (step * count + i) % rows.shape[0]);
  return tf.gather(rows, tf.tensor1d(places, 'int32'));
}

/** The mean divergence and its standard error, over rounds of fresh draws. */
async function measure(
  estimate: (draw: ObjectiveDraw) => Divergence,
  samples: number,
  rounds: number,
): Promise<Estimate> {
  const values: number[] = [];
  for (let step = 0; step < rounds; step++) {
    const divergence = tf.tidy(() => estimate({ samples, seed: 1_000_003 + step, step }).divergence);
    values.push(...(await divergence.data()));
    divergence.dispose();
  }
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / Math.max(1, values.length - 1);
  return { value, standardError: Math.sqrt(variance / values.length) };
}
