import { autocovariance, centre } from './autocorrelation.ts';
import { pooledVariance, splitChains } from './split-chains.ts';

/**
 * How many independent draws a mean over all chains is worth: N M / τ, τ = 1 + 2 Σ ρₜ.
 *
 * Correlations are combined over half chains as ρₜ = 1 − (W − mean γₜ)/var⁺, so chains that disagree count for little
 * (Vehtari et al. 2021, https://arxiv.org/abs/1903.08008, eq. 10), and summed up to Geyer's initial monotone sequence of
 * pairs (Geyer 1992, section 3.3). Chains that alternate may be worth more than their draws, at most N M log₁₀ N M.
 * 0 for chains stuck in different places, NaN when every draw is the same.
 *
 * @throws E_OPTION for no chains, chains of different length or of fewer than four draws; E_NOT_FINITE_LOSS
 *
 * @example
 * effectiveSampleSize([trace0, trace1]);
 */
export function effectiveSampleSize(chains: readonly ArrayLike<number>[]): number {
  const halves = splitChains(chains);
  const length = halves[0]!.length;
  const draws = length * halves.length;
  const { within, pooled } = pooledVariance(halves);
  if (within === 0) return pooled > 0 ? 0 : Number.NaN;
  const centred = halves.map((half) => centre(half));
  const rho = (lag: number): number => {
    const mean = centred.reduce((sum, half) => sum + autocovariance(half, lag), 0) / centred.length;
    // The same divisor as W has, so that ρ₀ is 1 where the chains agree.
    return 1 - (within - (mean * length) / (length - 1)) / pooled;
  };
  let sum = 0;
  let previous = Infinity;
  for (let lag = 0; lag + 1 < length; lag += 2) {
    const pair = (lag === 0 ? 1 : rho(lag)) + rho(lag + 1);
    if (!(pair > 0)) break;
    previous = Math.min(pair, previous);
    sum += previous;
  }
  const time = Math.max(-1 + 2 * sum, 1 / Math.log10(Math.max(draws, 11)));
  return draws / time;
}
