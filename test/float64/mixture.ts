import { erf, logSumExp, softplus } from './scalar.ts';
import { squashed, type SquashConfig } from './squash.ts';
import type { Scalars, Transformer } from './transformer.ts';

interface MixtureConfig {
  readonly components: number;
  readonly direction: 'inverse' | 'forward';
  readonly output: 'affine' | 'real' | 'unit';
  readonly spread: number;
  readonly logScale: SquashConfig;
  readonly outerLogScale: SquashConfig;
}

/** A symmetric distribution around 0. */
interface Family {
  readonly deviation: number;
  readonly logDensity: (u: number) => number;
  /** log F(u); the logarithm of 1 − F(u) is that at −u. */
  readonly logCdf: (u: number) => number;
}

/** A mixture of one scalar, and the outer map u ↦ u e^a + b. */
interface Mixture {
  readonly logWeights: readonly number[];
  readonly locations: readonly number[];
  readonly logScales: readonly number[];
  readonly a: number;
  readonly b: number;
}

const normal: Family = {
  deviation: 1,
  logDensity: (u) => -0.5 * u * u - 0.5 * Math.log(2 * Math.PI),
  logCdf(u) {
    if (u > -3) return Math.log((1 + erf(u / Math.SQRT2)) / 2);
    // Laplace's continued fraction of Φ(−a)/φ(a), from its far end.
    let fraction = -u;
    for (let n = 120; n >= 1; n--) fraction = -u + n / fraction;
    return normal.logDensity(u) - Math.log(fraction);
  },
};

const logistic: Family = {
  deviation: Math.PI / Math.sqrt(3),
  logDensity: (u) => -softplus(u) - softplus(-u),
  logCdf: (u) => -softplus(-u),
};

/** From raw parameters, packed [weights, locations, log-scales, a, b]. */
function mixtureOf(raw: readonly number[], config: MixtureConfig, { deviation }: Family): Mixture {
  const K = config.components;
  const share = K === 1 ? 0 : config.spread;
  // K evenly spaced numbers 0, 1, … have the variance (K² − 1)/12.
  const step = K === 1 ? 0 : (share * deviation) / Math.sqrt((K * K - 1) / 12);
  const log = ({ gain, squash, bound }: SquashConfig, r: number): number => squashed(gain * r, squash, bound ?? 0);
  const total = logSumExp(raw.slice(0, K));
  return {
    logWeights: raw.slice(0, K).map((r) => r - total),
    locations: raw.slice(K, 2 * K).map((r, k) => r + step * (k - (K - 1) / 2)),
    logScales: raw
      .slice(2 * K, 3 * K)
      .map((r) => Math.min(Math.max(log(config.logScale, r) + Math.log(1 - share * share) / 2, -30), 30)),
    a: config.output === 'affine' ? Math.min(Math.max(log(config.outerLogScale, raw[3 * K]!), -30), 30) : 0,
    b: config.output === 'affine' ? raw[3 * K + 1]! : 0,
  };
}

/** The u between ±1000 with f(u) = target, for a function that grows. */
function bisect(f: (u: number) => number, target: number): number {
  let [low, high] = [-1000, 1000];
  for (let step = 0; step < 64; step++) {
    const middle = (low + high) / 2;
    if (f(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** log C(x), log(1 − C(x)) and log p(x) of a mixture. */
function measure(
  x: number,
  { logWeights, locations, logScales }: Mixture,
  { logCdf, logDensity }: Family,
): readonly [number, number, number] {
  const u = locations.map((location, k) => (x - location) / Math.exp(logScales[k]!));
  const over = (term: (own: number, k: number) => number): number =>
    logSumExp(u.map((own, k) => logWeights[k]! + term(own, k)));
  return [over(logCdf), over((own) => logCdf(-own)), over((own, k) => logDensity(own) - logScales[k]!)];
}

/** C(x), F⁻¹(C(x)) or F⁻¹(C(x)) e^a + b, C the cumulative distribution, and the log-derivative. */
function evaluate(x: number, mixed: Mixture, output: string, family: Family): readonly [number, number] {
  const [below, above, logDensity] = measure(x, mixed, family);
  if (output === 'unit') return [Math.exp(below), logDensity];
  // The thinner tail says more.
  const u = below < above ? bisect(family.logCdf, below) : -bisect(family.logCdf, above);
  return [u * Math.exp(mixed.a) + mixed.b, logDensity - family.logDensity(u) + mixed.a];
}

/** The x of which {@link evaluate} makes y. */
function solve(y: number, mixed: Mixture, output: string, family: Family): readonly [number, number] {
  const u = (y - mixed.b) / Math.exp(mixed.a);
  const isLow = output === 'unit' ? y < 0.5 : u < 0;
  const target = output === 'unit' ? Math.log(isLow ? y : 1 - y) : family.logCdf(-Math.abs(u));
  const x = isLow
    ? bisect((value) => measure(value, mixed, family)[0], target)
    : bisect((value) => -measure(value, mixed, family)[1], -target);
  const logDensity = measure(x, mixed, family)[2];
  return [x, output === 'unit' ? -logDensity : family.logDensity(u) - mixed.a - logDensity];
}

/** x ↦ F⁻¹(Σ π_k F((x − μ_k)/σ_k)) (Papamakarios et al. 2017; Ho et al. 2019), and its inverse by bisection. */
function mixture(config: MixtureConfig, family: Family): Transformer {
  const parameterCount = 3 * config.components + (config.output === 'affine' ? 2 : 0);
  const map =
    (scalar: (value: number, mixed: Mixture) => readonly [number, number]) =>
    (input: Float64Array, parameters: Float64Array): Scalars => {
      const results = Array.from(input, (value, i) => {
        const raw = [...parameters.subarray(i * parameterCount, (i + 1) * parameterCount)];
        return scalar(value, mixtureOf(raw, config, family));
      });
      return {
        value: Float64Array.from(results, ([value]) => value),
        logDerivative: Float64Array.from(results, ([, log]) => log),
      };
    };
  return {
    parameterCount,
    direction: config.direction,
    act: map((x, mixed) => evaluate(x, mixed, config.output, family)),
    undo: map((y, mixed) => solve(y, mixed, config.output, family)),
  };
}

export const mixtureOfGaussians = (config: MixtureConfig): Transformer => mixture(config, normal);

export const mixtureOfLogistics = (config: MixtureConfig): Transformer => mixture(config, logistic);
