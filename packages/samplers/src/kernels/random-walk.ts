import { FlowzooError } from '@flowzoo/core';
import { assertFraction, assertKnownKeys, assertPositive } from '../common/check.ts';
import { acceptOrReject } from './accept.ts';
import { normalsOf, type Kernel } from './kernel.ts';

/** Options of {@link randomWalk}. */
export interface RandomWalkOptions {
  /** Standard deviation of a step; the start value when warm-up adapts it. */
  readonly stepSize: number;
  /** Factor of the step per element. Default: 1 for all. */
  readonly scale?: readonly number[] | undefined;
  /** Default: 0.234, the optimum in many dimensions (Roberts, Gelman, Gilks 1997); 0.44 suits one. null: do not adapt. */
  readonly targetAcceptance?: number | null | undefined;
}

/**
 * Random-walk Metropolis with a normal step: y = x + ε s ⊙ ξ, taken with probability min(1, π(y)/π(x)).
 *
 * Metropolis et al. 1953, https://doi.org/10.1063/1.1699114. The target needs no gradient.
 *
 * @throws E_OPTION; in a run E_EVENT_SHAPE when `scale` has another length than an event
 *
 * @example
 * const result = await runChains(target, randomWalk({ stepSize: 1 }), { chains: 16, samples: 1000, initial });
 */
export function randomWalk(options: RandomWalkOptions): Kernel {
  assertKnownKeys(options, ['stepSize', 'scale', 'targetAcceptance']);
  const { stepSize, scale, targetAcceptance = 0.234 } = options;
  assertPositive('stepSize', stepSize);
  scale?.forEach((factor, index) => assertPositive(`scale[${index}]`, factor));
  if (targetAcceptance !== null) assertFraction('targetAcceptance', targetAcceptance);
  return {
    type: 'random-walk',
    uses: 'density',
    stepSize,
    targetAcceptance: targetAcceptance ?? undefined,
    begin(run) {
      if (scale !== undefined && scale.length !== run.size) {
        throw new FlowzooError('E_EVENT_SHAPE', 'the scale of the random walk needs one number per element', {
          at: 'scale',
          expected: String(run.size),
          found: String(scale.length),
        });
      }
      return async (state, moment) => {
        const noise = normalsOf(run);
        const values = state.positions.values.map(
          (x, i) => x + moment.stepSize * (scale?.[i % run.size] ?? 1) * noise[i]!,
        );
        const positions = { values, count: run.chains, size: run.size };
        const evaluation = await run.evaluate(positions, { gradient: false });
        const logRatio = evaluation.logDensity.map((value, chain) => value - state.logDensity[chain]!);
        return acceptOrReject(state, { positions, evaluation, logRatio }, run);
      };
    },
  };
}
