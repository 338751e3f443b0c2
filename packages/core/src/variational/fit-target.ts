import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { evaluationMode, trainingMode } from '../contracts/mode.ts';
import { trainedParameters } from '../training/optimization.ts';
import { evaluateTarget } from './evaluate-target.ts';
import { estimators } from './estimators.ts';
import type { FitTargetResult } from './events.ts';
import { explainDraw } from './explain-draw.ts';
import { resolveTargetOptions, type FitTargetOptions, type FitTargetSettings } from './options.ts';
import { assertTargetable, scoreTarget, type LogDensity, type ReparameterizedDistribution } from './target.ts';
import { TargetRun } from './target-run.ts';

/**
 * Variational fitting: minimises the reverse divergence KL(q‖p) of a flow q to a target p = p̃/Z by draws of the flow,
 * as E_q [log q(x) − β log p̃(x)], nats, β growing from 0.01 to 1 (Rezende & Mohamed 2015, eq. 15 and section 6.1).
 *
 * The flow must draw differentiably (`rsample`) and stay where the target is finite; layers that are fitted to data must
 * have been initialized. It is left in evaluation mode with the moving average of the weights, or else those of the last
 * step; also when aborted. Flow and target stay the caller's, nothing else is left behind. The same seed gives the same
 * numbers. At the end the flow is measured by {@link evaluateTarget}: a low effective sample size says that it
 * misses part of the target, but a high one does not prove that no mode was missed.
 *
 * @throws E_OPTION, E_CONTEXT when the flow or an option will not do; E_DTYPE, E_RANK, E_BATCH about what the target
 * returns; E_NOT_FINITE_LOSS naming step, learning rate and place when the loss or its gradient is not finite, the
 * weights put back to those of the last step whose loss was finite
 *
 * @example
 * const banana = (x) => tf.tidy(() => {
 *   const [a, b] = tf.unstack(x, 1);
 *   return tf.neg(tf.add(tf.square(tf.mul(a, 0.5)), tf.square(tf.sub(b, tf.square(a)))));
 * });
 * const { evaluation } = await fitTarget(flow, banana, { steps: 1000, estimator: 'path' });
 * evaluation.logEvidence; // { value, standardError }
 */
export async function fitTarget(
  flow: Distribution,
  logDensity: LogDensity,
  options: FitTargetOptions,
): Promise<FitTargetResult> {
  const settings = resolveTargetOptions(options);
  assertTargetable(flow, logDensity);
  const { seed, evaluationSamples: samples } = settings;
  const parameters = trainedParameters(flow);
  try {
    tryOnce(flow, logDensity, settings);
  } finally {
    flow.setMode(evaluationMode(seed));
  }
  const fixed = { flow, logDensity, parameters };
  const run = new TargetRun({
    flow,
    parameters,
    settings,
    options,
    estimate: (draw) => estimators[settings.estimator]({ ...fixed, ...draw }),
    explain: (draw, computed) => explainDraw({ ...fixed, ...draw }, computed),
  });
  try {
    const result = await run.execute();
    const evaluation = result.reason === 'aborted' ? null : await evaluateTarget(flow, logDensity, { samples, seed });
    return { ...result, evaluation };
  } finally {
    run.dispose();
    flow.setMode(evaluationMode(seed));
  }
}

/** Draws and scores once without a tape: what is thrown while tfjs records leaves tensors behind. */
function tryOnce(
  flow: ReparameterizedDistribution,
  logDensity: LogDensity,
  { samples, seed }: FitTargetSettings,
): void {
  flow.setMode(trainingMode(`${seed}/try`));
  tf.tidy(() => {
    scoreTarget(logDensity, flow.rsample(samples, { seed }).value);
  });
}
