import * as tf from '@tensorflow/tfjs';
import { FlowzooError, sizeOf, type Distribution, type Random } from '@flowzoo/core';
import { positionsToTensor, tensorToPositions, type Positions } from '../common/positions.ts';
import type { IndependentProposal, ScoredPositions } from './independent-proposal.ts';

/**
 * Any core `Distribution`, a fitted flow above all, as independence proposal of Metropolis–Hastings and as importance
 * distribution. The distribution stays the caller's.
 *
 * Draws and their log-densities come from one pass (`rsample`) where the distribution has it.
 * See Albergo, Kanwar, Shanahan 2019, https://arxiv.org/abs/1904.12072, section II.
 *
 * @throws E_CONTEXT when the distribution is conditional; E_OPTION when its log-density is only a bound
 *
 * @example
 * const result = await importanceSample(target, flowProposal(flow), { count: 10_000, seed: 1 });
 */
export function flowProposal(distribution: Distribution): IndependentProposal {
  if (distribution.contextSize > 0) {
    throw new FlowzooError('E_CONTEXT', 'a conditional distribution is no proposal by itself', {
      at: 'flowProposal',
      expected: 'contextSize 0',
      found: String(distribution.contextSize),
    });
  }
  if (distribution.lowerBound) {
    throw new FlowzooError('E_OPTION', 'a proposal needs its exact log-density, and this one is only a bound', {
      at: 'flowProposal',
      found: 'a distribution that dequantizes',
      remedy: 'Build the flow without the dequantize layer',
    });
  }
  const { eventShape } = distribution;
  return {
    eventShape,
    async draw(count, { random, signal }): Promise<ScoredPositions> {
      const { value, logProb } = await drawScored(distribution, count, { random, signal });
      try {
        const positions = await tensorToPositions(value, eventShape, 'the draw');
        return { positions, logDensity: Float64Array.from(await logProb.data()) };
      } finally {
        tf.dispose([value, logProb]);
      }
    },
    async logDensity(positions: Positions): Promise<Float64Array> {
      const scores = tf.tidy(() =>
        distribution.logProb(positionsToTensor({ ...positions, size: sizeOf(eventShape) }, eventShape)),
      );
      try {
        return Float64Array.from(await scores.data());
      } finally {
        scores.dispose();
      }
    },
  };
}

interface Scored {
  readonly value: tf.Tensor;
  readonly logProb: tf.Tensor;
}

async function drawScored(
  distribution: Distribution,
  count: number,
  { random, signal }: { readonly random: Random; readonly signal?: AbortSignal | undefined },
): Promise<Scored> {
  const seed = random.bits();
  if (distribution.rsample !== undefined) {
    try {
      return distribution.rsample(count, { seed });
    } catch (cause) {
      // A flow always has the method; whether its base does shows only in the call.
      if (!(cause instanceof Error && (cause as { code?: unknown }).code === 'E_OPTION')) throw cause;
    }
  }
  const value = await distribution.sample(count, { seed, signal });
  try {
    return { value, logProb: distribution.logProb(value) };
  } catch (cause) {
    value.dispose();
    throw cause;
  }
}
