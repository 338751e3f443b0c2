import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { evaluationMode } from '../contracts/mode.ts';
import { sizeOf } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { Random } from '../random/random.ts';
import { assertKnownKeys, count, option, wholeNumber } from '../training/check-option.ts';
import { Breather } from '../training/macrotask.ts';
import { modelName } from '../training/not-finite.ts';
import { summarizeWeights, type ImportanceSummary } from './importance.ts';
import {
  assertTargetable,
  describeRow,
  scoreTarget,
  type LogDensity,
  type ReparameterizedDistribution,
} from './target.ts';

/** Options of {@link evaluateTarget}. */
export interface EvaluateTargetOptions {
  /** Draws in all. Default: 4096. */
  readonly samples?: number | undefined;
  /** Draws at once. Default: 1024. */
  readonly batchSize?: number | undefined;
  /** Seed of the draws; with the batch size it fixes every number. Default: 0. */
  readonly seed?: number | undefined;
  /** Stops between two batches with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares a flow with a target by importance sampling: effective sample size, evidence, ELBO and reverse KL.
 *
 * Draws x of the flow q carry the weights w = p̃(x)/q(x): log Z ≈ log (1/n Σ w) and ESS = (Σ w)²/Σ w². The flow is left
 * in evaluation mode. A draw on which the target is −∞ has weight 0.
 *
 * @throws E_OPTION, E_CONTEXT when the flow or an option will not do; E_DTYPE, E_RANK, E_BATCH about what the target
 * returns; E_NOT_FINITE_LOSS naming the row where it is NaN or +∞, or the flow's own density is not finite;
 * E_OUT_OF_DOMAIN when the target is −∞ on every draw; E_ABORTED
 *
 * @example
 * const { effectiveSampleSize, logEvidence } = await evaluateTarget(flow, logDensity, { samples: 10_000, seed: 1 });
 */
export async function evaluateTarget(
  flow: Distribution,
  logDensity: LogDensity,
  options: EvaluateTargetOptions = {},
): Promise<ImportanceSummary> {
  assertTargetable(flow, logDensity);
  assertKnownKeys('', options, ['samples', 'batchSize', 'seed', 'signal']);
  const samples = option('samples', options.samples, 4096, count);
  const batchSize = option('batchSize', options.batchSize, 1024, count);
  const seed = option('seed', options.seed, 0, wholeNumber);
  flow.setMode(evaluationMode(seed));
  const logWeights = new Float64Array(samples);
  const breather = new Breather();
  for (let start = 0; start < samples; start += batchSize) {
    if (options.signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'scoring was aborted');
    const size = Math.min(batchSize, samples - start);
    logWeights.set(await weigh(flow, logDensity, { start, size, seed: drawSeed(`${seed}/evaluate/${start}`) }), start);
    await breather.breathe();
  }
  if (logWeights.every((weight) => weight === -Infinity)) {
    throw new FlowzooError('E_OUT_OF_DOMAIN', `the target is −Infinity on all of ${samples} draws`, {
      at: 'logDensity',
      expected: 'a target whose support the flow reaches',
      remedy: 'Start the flow where the target has mass: set the mean and scale of its base',
    });
  }
  return summarizeWeights(logWeights);
}

/** A sampler's seed from a name. */
export function drawSeed(name: string): number {
  return new Random(name).bits();
}

async function weigh(
  flow: ReparameterizedDistribution,
  logDensity: LogDensity,
  draw: { readonly start: number; readonly size: number; readonly seed: number },
): Promise<Float64Array> {
  const { start, size, seed } = draw;
  const tensors = tf.tidy(() => {
    const { value, logProb } = flow.rsample(size, { seed });
    return [value, logProb, tf.clone(scoreTarget(logDensity, value))];
  });
  try {
    const [x, logProb, score] = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
    const width = sizeOf(flow.eventShape);
    return Float64Array.from(score!, (target, row) => {
      const model = logProb![row]!;
      const isDrawn = x!.subarray(row * width, (row + 1) * width).every(Number.isFinite);
      if (isDrawn && Number.isFinite(model) && target < Infinity) return target - model;
      const place = describeRow({ values: x!, row, size: width, first: start });
      if (!isDrawn) throw notFinite('a draw of the flow', modelName(flow), place);
      if (!Number.isFinite(model)) throw notFinite('the density of a draw', modelName(flow), `${model} at ${place}`);
      throw notFinite('the target', 'logDensity', `${target} at ${place}`);
    });
  } finally {
    tf.dispose(tensors);
  }
}

function notFinite(subject: string, at: string, found: string): FlowzooError {
  return new FlowzooError('E_NOT_FINITE_LOSS', `${subject} is not finite`, { at, expected: 'finite numbers', found });
}
