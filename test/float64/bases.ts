import { lookUp, type Config } from './layer.ts';
import { logSumExp, softplus } from './scalar.ts';
import type { Weights } from './weights.ts';

/** log p of one example, nats. */
export type LogDensity = (z: Float64Array) => number;

/** log N(x; μ, e^(2 log σ)). */
function logNormal(x: number, mean: number, logDeviation: number): number {
  return -0.5 * ((x - mean) / Math.exp(logDeviation)) ** 2 - logDeviation - 0.5 * Math.log(2 * Math.PI);
}

function sum(z: Float64Array, term: (value: number, i: number) => number): number {
  return z.reduce((total, value, i) => total + term(value, i), 0);
}

const bases = {
  'standard-normal': (): LogDensity => (z) => sum(z, (value) => logNormal(value, 0, 0)),
  // Dinh et al. 2015, section 3.4.
  logistic: (): LogDensity => (z) => sum(z, (value) => -softplus(value) - softplus(-value)),
  'diagonal-normal'(_: unknown, weights: Weights): LogDensity {
    const [mean, logScale] = [weights.get('mean'), weights.get('logScale')];
    return (z) => sum(z, (value, i) => logNormal(value, mean[i]!, logScale[i]!));
  },
  'normal-mixture'(_: unknown, weights: Weights): LogDensity {
    const [logits, means, logScales] = [weights.get('logits'), weights.get('means'), weights.get('logScales')];
    const total = logSumExp([...logits]);
    return (z) =>
      logSumExp(
        Array.from(logits, (logit, k) => {
          const at = (i: number): number => k * z.length + i;
          return logit - total + sum(z, (value, i) => logNormal(value, means[at(i)]!, logScales[at(i)]!));
        }),
      );
  },
  uniform: ({ interval: [low, high] }: { readonly interval: readonly [number, number] }): LogDensity => {
    return (z) => sum(z, (value) => (value < low || value > high ? -Infinity : -Math.log(high - low)));
  },
};

export function readBase(config: Config, weights: Weights): LogDensity {
  return lookUp(bases, config, weights);
}
