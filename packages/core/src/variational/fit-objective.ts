import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { evaluationMode, trainingMode } from '../contracts/mode.ts';
import { explainGradient } from '../training/step.ts';
import { trainedParameters } from '../training/optimization.ts';
import type { FitTargetResult } from './events.ts';
import { resolveTargetOptions, type FitTargetOptions } from './options.ts';
import { TargetRun } from './target-run.ts';

/** Which draws a loss is asked about. */
export interface ObjectiveDraw {
  /** How many. */
  readonly samples: number;
  /** Their seed. */
  readonly seed: number;
  /** Updates done before. */
  readonly step: number;
}

/**
 * A loss of a model on its own draws: a scalar, nats where it is a divergence, a differentiable composition of tfjs
 * operations. It runs in a tidy scope.
 */
export type Objective = (draw: ObjectiveDraw) => tf.Scalar;

/** Options of {@link fitObjective}. */
export type FitObjectiveOptions = Omit<FitTargetOptions, 'estimator' | 'annealing' | 'evaluationSamples'>;

/** What {@link fitObjective} resolves with; `loss` is the objective. */
export type FitObjectiveResult = Omit<FitTargetResult, 'evaluation'>;

/**
 * Minimises a loss of a model's own draws, with the machinery of {@link fitTarget}: schedule, clipping, moving average,
 * events, weights put back when a step is not finite. For losses that know more than the log-density of whole draws, the
 * divergence of a signal step by step for example.
 *
 * The model is left in evaluation mode with the moving average of the weights, or else those of the last step; also when
 * aborted. It stays the caller's, nothing else is left behind.
 *
 * @throws E_OPTION about an option; E_NOT_FINITE_LOSS naming step, learning rate and place
 *
 * @example
 * await fitObjective(flow, ({ samples, seed }) => tf.mean(divergence(flow, samples, seed)), { steps: 1000 });
 */
export async function fitObjective(
  model: Distribution,
  objective: Objective,
  options: FitObjectiveOptions,
): Promise<FitObjectiveResult> {
  const settings = resolveTargetOptions({ ...options, annealing: null });
  const { seed, samples } = settings;
  const parameters = trainedParameters(model);
  model.setMode(trainingMode(`${seed}/try`));
  try {
    // Once without a tape: what is thrown while tfjs records leaves tensors behind.
    tf.tidy(() => void objective({ samples, seed, step: 0 }));
  } finally {
    model.setMode(evaluationMode(seed));
  }
  const run = new TargetRun({
    flow: model,
    parameters,
    settings,
    options,
    estimate: (draw) => parameters.gradient(() => objective(draw)),
    explain: async (_draw, { loss, gradient }) => ({
      where: Number.isFinite(loss) ? await explainGradient(gradient, parameters) : 'in the objective',
    }),
  });
  try {
    return await run.execute();
  } finally {
    run.dispose();
    model.setMode(evaluationMode(seed));
  }
}
