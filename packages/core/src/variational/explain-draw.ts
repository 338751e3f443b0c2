import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../contracts/shape.ts';
import { describeDiagnosis, diagnose, modelName } from '../training/not-finite.ts';
import { explainGradient, type StepGradient } from '../training/step.ts';
import type { EstimatorInput } from './estimators.ts';
import { describeRow, scoreTarget } from './target.ts';
import type { Fault } from './target-run.ts';

/** What is not finite in a step that failed: a draw, the target, a layer, or a gradient. */
export async function explainDraw(
  { flow, logDensity, parameters, samples, seed }: EstimatorInput,
  { loss, gradient }: StepGradient,
): Promise<Fault> {
  const [x, score] = tf.tidy(() => {
    const { value } = flow.rsample(samples, { seed });
    return [value, tf.clone(scoreTarget(logDensity, value))] as [tf.Tensor, tf.Tensor];
  });
  try {
    const [draws, scores] = [await x.data(), await score.data()];
    const size = sizeOf(flow.eventShape);
    const badDraw = draws.findIndex((value) => !Number.isFinite(value));
    if (badDraw >= 0) {
      return { where: `first in ${describeRow({ values: draws, row: Math.floor(badDraw / size), size })}` };
    }
    const badScore = scores.findIndex((value) => !Number.isFinite(value));
    if (badScore >= 0) {
      return {
        where: `first in logDensity, which is ${scores[badScore]} at ${describeRow({ values: draws, row: badScore, size })}`,
        advice: 'A target must be finite wherever the flow draws: extend it smoothly, or bound the flow by its layers',
      };
    }
    const diagnosis = await diagnose(flow, x, undefined);
    if (diagnosis !== null) return { where: `first in ${describeDiagnosis(diagnosis)}` };
    if (!Number.isFinite(loss)) return { where: `in the log-probability of ${modelName(flow)}` };
    return { where: await explainGradient(gradient, parameters) };
  } finally {
    tf.dispose([x, score]);
  }
}
