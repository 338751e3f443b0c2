import { assertFraction, assertKnownKeys, assertPositive } from '../common/check.ts';
import { acceptOrReject } from './accept.ts';
import { normalsOf, type Kernel } from './kernel.ts';

/** Options of {@link adjustedLangevin}. */
export interface AdjustedLangevinOptions {
  /** ε: standard deviation of the noise of a step; the start value when warm-up adapts it. */
  readonly stepSize: number;
  /** Default: 0.574, the optimum in many dimensions (Roberts & Rosenthal 1998). null: do not adapt. */
  readonly targetAcceptance?: number | null | undefined;
}

/**
 * Metropolis-adjusted Langevin algorithm (MALA): y = x + (ε²/2) ∇log π(x) + ε ξ, taken with the probability of
 * Metropolis–Hastings for q(y|x) = N(y; x + (ε²/2) ∇log π(x), ε²). No bias at any step size.
 *
 * Roberts & Tweedie 1996, https://doi.org/10.2307/3318418, section 1.4.2.
 *
 * @throws E_OPTION; in a run E_OPTION for a target without gradient, E_NOT_FINITE_LOSS naming chain and position
 *
 * @example
 * const result = await runChains(target, adjustedLangevin({ stepSize: 0.5 }), { chains: 16, samples: 1000, initial });
 */
export function adjustedLangevin(options: AdjustedLangevinOptions): Kernel {
  assertKnownKeys(options, ['stepSize', 'targetAcceptance']);
  const { stepSize, targetAcceptance = 0.574 } = options;
  assertPositive('stepSize', stepSize);
  if (targetAcceptance !== null) assertFraction('targetAcceptance', targetAcceptance);
  return {
    type: 'adjusted-langevin',
    uses: 'gradient',
    stepSize,
    targetAcceptance: targetAcceptance ?? undefined,
    begin: (run) => async (state, moment) => {
      const epsilon = moment.stepSize;
      const drift = 0.5 * epsilon * epsilon;
      const noise = normalsOf(run);
      const from = state.positions.values;
      const values = from.map((x, i) => x + drift * state.gradient![i]! + epsilon * noise[i]!);
      const positions = { values, count: run.chains, size: run.size };
      const evaluation = await run.evaluate(positions, { gradient: true });
      const logRatio = evaluation.logDensity.map((value, chain) => {
        let change = value - state.logDensity[chain]!;
        for (let i = chain * run.size; i < (chain + 1) * run.size; i++) {
          // log q(x|y) − log q(y|x), whose second part is the noise that was drawn.
          const back = (from[i]! - values[i]! - drift * evaluation.gradient![i]!) / epsilon;
          change += 0.5 * (noise[i]! * noise[i]! - back * back);
        }
        return change;
      });
      return acceptOrReject(state, { positions, evaluation, logRatio }, run);
    },
  };
}
