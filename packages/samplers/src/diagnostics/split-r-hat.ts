import { pooledVariance, splitChains } from './split-chains.ts';

/**
 * Split-R̂ of one quantity: √(var⁺/W) over half chains; near 1 when all chains have seen the same distribution, 1.01 is a
 * usual limit. ∞ for chains stuck in different places, NaN when every draw of every chain is the same.
 *
 * Gelman et al. 2013, Bayesian Data Analysis, eq. 11.4; Vehtari et al. 2021, https://arxiv.org/abs/1903.08008, eq. 3.
 *
 * @throws E_OPTION for no chains, chains of different length or of fewer than four draws; E_NOT_FINITE_LOSS
 *
 * @example
 * splitRHat([trace0, trace1, trace2, trace3]);
 */
export function splitRHat(chains: readonly ArrayLike<number>[]): number {
  const { within, pooled } = pooledVariance(splitChains(chains));
  return Math.sqrt(pooled / within);
}
