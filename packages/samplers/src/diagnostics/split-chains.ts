import { FlowzooError } from '@flowzoo/core';

/**
 * Every chain in two halves: a chain that drifts disagrees with itself. The middle value of an odd number is left out.
 *
 * @throws E_OPTION for chains of different or of too small length; E_NOT_FINITE_LOSS for a value that is not finite
 */
export function splitChains(chains: readonly ArrayLike<number>[]): Float64Array[] {
  const length = chains[0]?.length ?? 0;
  if (length < 4 || chains.some((chain) => chain.length !== length)) {
    throw new FlowzooError('E_OPTION', 'diagnostics need one or more chains of the same length', {
      at: 'chains',
      expected: 'four draws or more in each',
      found: `lengths ${chains.map((chain) => chain.length).join(', ') || 'of no chain'}`,
    });
  }
  chains.forEach((chain, index) => {
    const bad = Array.prototype.findIndex.call(chain, (value: number) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'a draw is not finite', {
      at: `chain ${index}, draw ${bad}`,
      found: String(chain[bad]),
    });
  });
  const half = Math.floor(length / 2);
  return chains.flatMap((chain) => {
    const values = Float64Array.from(chain);
    return [values.subarray(0, half), values.subarray(length - half)];
  });
}

/** Mean and unbiased variance. */
export function momentsOf(values: Float64Array): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

/** W, the mean variance within chains, and var⁺ = (n − 1)/n W + the variance of the chains' means. */
export function pooledVariance(chains: readonly Float64Array[]): { readonly within: number; readonly pooled: number } {
  const moments = chains.map(momentsOf);
  const within = moments.reduce((sum, { variance }) => sum + variance, 0) / chains.length;
  const between = chains.length < 2 ? 0 : momentsOf(Float64Array.from(moments, ({ mean }) => mean)).variance;
  const length = chains[0]!.length;
  return { within, pooled: ((length - 1) / length) * within + between };
}
