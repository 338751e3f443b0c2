import { assertKnownKeys, assertPositive } from '../common/check.ts';
import { moveAll, normalsOf, type Kernel } from './kernel.ts';

/** Options of {@link unadjustedLangevin}. */
export interface UnadjustedLangevinOptions {
  /** ε: standard deviation of the noise of a step. */
  readonly stepSize: number;
}

/**
 * Unadjusted Langevin algorithm (ULA): x′ = x + (ε²/2) ∇log π(x) + ε ξ. Nothing is rejected, so the chain has a bias of
 * order ε²: on N(0, σ²) its stationary variance is σ² / (1 − ε²/(4σ²)), and for ε ≥ 2σ it has none and diverges.
 *
 * Roberts & Tweedie 1996, https://doi.org/10.2307/3318418, section 1.4.1. Use {@link adjustedLangevin} for no bias.
 *
 * @throws E_OPTION; in a run E_NOT_FINITE_LOSS or E_OUT_OF_DOMAIN naming the chain that diverged
 *
 * @example
 * const result = await runChains(target, unadjustedLangevin({ stepSize: 0.1 }), { chains: 64, samples: 1000, initial });
 */
export function unadjustedLangevin(options: UnadjustedLangevinOptions): Kernel {
  assertKnownKeys(options, ['stepSize']);
  const { stepSize } = options;
  assertPositive('stepSize', stepSize);
  return {
    type: 'unadjusted-langevin',
    uses: 'gradient',
    stepSize,
    begin: (run) => async (state) => {
      const noise = normalsOf(run);
      const drift = 0.5 * stepSize * stepSize;
      const values = state.positions.values.map((x, i) => x + drift * state.gradient![i]! + stepSize * noise[i]!);
      const positions = { values, count: run.chains, size: run.size };
      const evaluation = await run.evaluate(positions, { gradient: true, allowOutside: false });
      return moveAll({ positions, logDensity: evaluation.logDensity, gradient: evaluation.gradient });
    },
  };
}
