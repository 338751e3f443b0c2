import { logSumExp, softplus } from './scalar.ts';

/** The options that choose the distribution of a level. */
export interface HeadConfig {
  readonly levels: number;
  readonly head: 'auto' | 'bernoulli' | 'categorical' | 'logistic-mixture';
  readonly components: number;
  readonly colors: 'network' | 'linear';
}

/** log P of the levels of one pixel, from the parameters that a network gives it. */
export interface Head {
  readonly parameterCount: number;
  /** The head itself orders the channels, so that the network need not. */
  readonly ties: boolean;
  logProb(levels: ArrayLike<number>, parameters: readonly number[]): number;
}

/** The head that a configuration names, for a number of channels. */
export function readHead(config: HeadConfig, channels: number): Head {
  const { levels: K, components: M } = config;
  const named = config.head === 'auto' ? (K === 2 ? 'bernoulli' : 'categorical') : config.head;
  const perChannel = (count: number, log: (level: number, parameters: readonly number[]) => number): Head => ({
    parameterCount: channels * count,
    ties: false,
    logProb: (levels, parameters) =>
      Array.from(levels, (level, c) => log(level, parameters.slice(c * count, (c + 1) * count))).reduce(
        (a, b) => a + b,
      ),
  });
  if (named === 'bernoulli') return perChannel(1, (level, [a]) => (level === 1 ? -softplus(-a!) : -softplus(a!)));
  if (named === 'categorical') return perChannel(K, (level, logits) => logits[level]! - logSumExp(logits));
  const scaled = (level: number): number => (2 * level) / (K - 1) - 1;
  if (config.colors === 'network' || channels === 1) {
    return perChannel(3 * M, (level, own) => {
      const logits = own.slice(0, M);
      return (
        logSumExp(logits.map((logit, k) => logit + logBin(level, own[M + k]!, own[2 * M + k]!, K))) - logSumExp(logits)
      );
    });
  }
  return {
    parameterCount: M * (1 + 2 * channels + (channels * (channels - 1)) / 2),
    ties: true,
    logProb(levels, parameters) {
      const group = (index: number, k: number): number => parameters[index * M + k]!;
      const logits = parameters.slice(0, M);
      const joint = logits.map((logit, k) => {
        let sum = logit;
        for (let c = 0; c < channels; c++) {
          let mean = group(1 + 2 * c, k);
          for (let before = 0; before < c; before++) {
            // Pairs in the order (0→1), (0→2), (1→2), ….
            const pair = 1 + 2 * channels + (c * (c - 1)) / 2 + before;
            mean += Math.tanh(group(pair, k)) * scaled(levels[before]!);
          }
          sum += logBin(levels[c]!, mean, group(2 + 2 * c, k), K);
        }
        return sum;
      });
      return logSumExp(joint) - logSumExp(logits);
    },
  };
}

/** log of the probability that a logistic variable has between the edges of a level; the outer levels have the tails. */
function logBin(level: number, mean: number, logScale: number, K: number): number {
  const s = Math.exp(Math.min(Math.max(logScale, -7), 7));
  const centre = (2 * level) / (K - 1) - 1 - mean;
  const [a, b] = [(centre - 1 / (K - 1)) / s, (centre + 1 / (K - 1)) / s];
  if (level === 0) return -softplus(-b);
  if (level === K - 1) return -softplus(a);
  // σ(b) − σ(a) = σ(b) σ(−a) (1 − e^(a − b))
  return -softplus(-b) - softplus(a) + Math.log(-Math.expm1(a - b));
}
