import * as tf from '@tensorflow/tfjs';
import { evaluationMode, FlowzooError, type Flow } from '@flowzoo/core';
import { powerLoss, type SpectrumOptions } from './power-loss.ts';
import { closedFormDivergence, sampledDivergence, type Divergence } from './step-divergence.ts';

/** Options of {@link distill}. */
export interface DistillOptions {
  /** Number of updates. */
  readonly steps: number;
  /** Signals of one update. Default: 16. */
  readonly batchSize?: number | undefined;
  /** Default: `closed-form`, for Gaussian steps; `sampled` for logistic noise. */
  readonly estimator?: 'closed-form' | 'sampled' | undefined;
  /** Draws of each step with `sampled`. Default: 4. */
  readonly draws?: number | undefined;
  /** Of Adam. Default: 0.001. */
  readonly learningRate?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** `[rows, contextSize]`; each update takes the next rows, around and around. */
  readonly context?: tf.Tensor2D | undefined;
  /** The power loss: real signals `[rows, time]`, row for row of the context's conditions, and the weight. */
  readonly power?: (SpectrumOptions & { readonly real: tf.Tensor2D; readonly weight: number }) | undefined;
  /** Called after every update. */
  readonly onStep?: ((event: { readonly step: number; readonly loss: number }) => void) | undefined;
  /** Stops between updates with E_ABORTED; the student keeps the weights of that moment. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Teaches a stack of `wavenet-iaf` layers, which draw a whole signal in one pass, what a `wavenet-flow` knows, which scores
 * one: minimises KL(student‖teacher) on the student's own signals, step by step, plus the power loss where it is asked for.
 * Gradients go through the signals into the teacher's inputs; its weights stay.
 *
 * For other flows, or without a condition, core's `fitTarget(student, (x) => teacher.logProb(x), options)` does the same
 * from whole-signal densities.
 *
 * @returns The divergence per signal after the last update, nats, from fresh draws of one batch.
 * @throws E_OPTION for flows of other layers, E_NOT_FINITE_LOSS, E_ABORTED
 * @example
 * const { divergence } = await distill(teacher, student, { steps: 1000, batchSize: 32 });
 */
export async function distill(
  teacher: Flow,
  student: Flow,
  options: DistillOptions,
): Promise<{ readonly divergence: number }> {
  const { steps, seed = 0, learningRate = 1e-3, onStep, signal } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new FlowzooError('E_OPTION', 'the number of steps must be a whole number, 1 or more', {
      found: String(steps),
    });
  }
  // Dropout of the teacher off: it is asked, not trained.
  teacher.setMode(evaluationMode(seed));
  const variables = [...student.variables.values()];
  const optimizer = tf.train.adam(learningRate);
  try {
    for (let step = 0; step < steps; step++) {
      if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'distilling was aborted');
      const { value, grads } = tf.variableGrads(() => totalLoss(teacher, student, { ...options, step }), variables);
      const [loss] = await value.data<'float32'>();
      if (Number.isFinite(loss)) {
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      }
      tf.dispose([value, ...Object.values(grads)]);
      if (!Number.isFinite(loss)) {
        throw new FlowzooError('E_NOT_FINITE_LOSS', 'the divergence is not finite', {
          at: `step ${step}`,
          found: String(loss),
          remedy: 'Lower the learning rate, or bound the scales of the student',
        });
      }
      onStep?.({ step: step + 1, loss: loss! });
      await tf.nextFrame();
    }
  } finally {
    optimizer.dispose();
  }
  const last = tf.tidy(() => tf.mean(estimate(teacher, student, { ...options, step: steps }).divergence));
  const [divergence] = await last.data<'float32'>();
  last.dispose();
  return { divergence: divergence! };
}

type Step = DistillOptions & { readonly step: number };

function totalLoss(teacher: Flow, student: Flow, options: Step): tf.Scalar {
  const { value, divergence } = estimate(teacher, student, options);
  const mean: tf.Scalar = tf.mean(divergence);
  const { power } = options;
  if (power === undefined) return mean;
  const real = nextRows(power.real, options);
  return tf.add(mean, tf.mul(tf.mean(powerLoss(value, real, power)), power.weight));
}

function estimate(teacher: Flow, student: Flow, options: Step): Divergence {
  const { estimator = 'closed-form', batchSize: count = 16, seed = 0, draws, step } = options;
  const context = options.context === undefined ? undefined : nextRows(options.context, options);
  const site = { count, seed: seed * 1_000_003 + step, context };
  return estimator === 'closed-form'
    ? closedFormDivergence(teacher, student, site)
    : sampledDivergence(teacher, student, { ...site, draws });
}

/** The rows of a step, beginning again at the end. */
function nextRows(rows: tf.Tensor2D, { batchSize = 16, step }: Step): tf.Tensor2D {
  const places = Array.from({ length: batchSize }, (_, i) => (step * batchSize + i) % rows.shape[0]);
  return tf.gather(rows, places);
}
