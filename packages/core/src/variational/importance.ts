import { summarize } from '../training/summarize.ts';

/** An estimate with the standard deviation of its Monte-Carlo error. */
export interface Estimate {
  /** Nats. */
  readonly value: number;
  /** Nats; infinite where the value is. */
  readonly standardError: number;
}

/** What importance weights tell about a model q and a target p̃ = Z p. */
export interface ImportanceSummary {
  /** Number of draws n. */
  readonly samples: number;
  /** (Σ w)² / Σ w², between 1 and n (Kong 1992): as many draws of p would say as much. */
  readonly effectiveSampleSize: number;
  /** log Z, the evidence, as log (1/n Σ w). */
  readonly logEvidence: Estimate;
  /** E_q [log p̃ − log q], at most log Z; −∞ when a draw lies outside of the target's support. */
  readonly elbo: Estimate;
  /** KL(q‖p) = log Z − ELBO. */
  readonly reverseKl: Estimate;
}

/**
 * Statistics of the weights w = p̃(x)/q(x) of draws x of q, in float64, from their logarithms.
 *
 * Standard errors are those of means; that of log Z̄ is the relative one of the mean weight, and that of the divergence
 * takes the correlation of both terms into account (delta method). All are too small when q misses a mode: no draw
 * tells of it.
 *
 * @param logWeights At least one, none NaN, not all −∞.
 */
export function summarizeWeights(logWeights: Float64Array): ImportanceSummary {
  const samples = logWeights.length;
  const top = logWeights.reduce((a, b) => Math.max(a, b));
  const weights = logWeights.map((value) => Math.exp(value - top));
  const { mean, standardError } = summarize(weights);
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const logEvidence = { value: top + Math.log(mean), standardError: standardError / mean };
  const elbo = estimate(logWeights);
  const influence = weights.map((weight, index) => weight / mean - logWeights[index]!);
  return {
    samples,
    effectiveSampleSize: (samples * mean) ** 2 / squares,
    logEvidence,
    elbo,
    reverseKl: { value: logEvidence.value - elbo.value, standardError: estimate(influence).standardError },
  };
}

function estimate(values: Float64Array): Estimate {
  const { mean, standardError } = summarize(values);
  return { value: mean, standardError: Number.isFinite(mean) ? standardError : Infinity };
}
