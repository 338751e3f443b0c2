import { FlowzooError, Random } from '@flowzoo/core';
import { assertFunction, assertKnownKeys, assertSeed, assertWholeNumber } from '../common/check.ts';

/** A continuous distribution on the line: its quantile function, or its cumulative distribution to be inverted. */
export type ContinuousDistribution =
  | { readonly quantile: (u: number) => number }
  | {
      /** Monotone, from 0 at the lower to 1 at the upper end of the support. */
      readonly cdf: (x: number) => number;
      /** Default: −∞ to ∞. */
      readonly support?: readonly [lower: number, upper: number] | undefined;
    };

/**
 * `count` draws by inversion: x = F⁻¹(u) at seeded uniforms u on (0, 1).
 *
 * @throws E_OPTION about the options and for a cumulative distribution that is none; E_NOT_FINITE_LOSS when the quantile
 * function gives NaN
 *
 * @example
 * const waits = sampleInverseCdf({ quantile: (u) => -Math.log1p(-u) }, { count: 100, seed: 1 }); // exponential
 * const same = sampleInverseCdf({ cdf: (x) => -Math.expm1(-x), support: [0, Infinity] }, { count: 100, seed: 1 });
 */
export function sampleInverseCdf(
  distribution: ContinuousDistribution,
  options: { readonly count: number; readonly seed?: number | string },
): Float64Array {
  assertKnownKeys(options, ['count', 'seed']);
  assertWholeNumber('count', options.count, 0);
  assertSeed('seed', options.seed ?? 0);
  const quantile = quantileOf(distribution);
  const random = new Random(options.seed ?? 0);
  return Float64Array.from({ length: options.count }, () => {
    const u = random.uniform();
    const value = quantile(u);
    if (!Number.isNaN(value)) return value;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'the quantile function gives NaN', { at: `quantile(${u})` });
  });
}

function quantileOf(distribution: ContinuousDistribution): (u: number) => number {
  if ('quantile' in distribution) {
    assertFunction('quantile', distribution.quantile);
    return distribution.quantile;
  }
  const { cdf, support } = distribution;
  return (u) => invertCdf(cdf, u, { support });
}

/**
 * F⁻¹(u) = inf { x : F(x) ≥ u } of a monotone function, by bracketing and bisection to the last bit of float64.
 *
 * Bisection, because a cumulative distribution may be flat or jump, where faster methods stall.
 *
 * @throws E_OPTION when u is not in (0, 1), the support is empty, or F gives values outside [0, 1], decreases, or does
 * not reach u
 */
export function invertCdf(
  cdf: (x: number) => number,
  u: number,
  options: { readonly support?: readonly [lower: number, upper: number] | undefined } = {},
): number {
  assertFunction('cdf', cdf);
  if (!(u > 0 && u < 1)) {
    throw new FlowzooError('E_OPTION', 'a cumulative distribution is inverted between 0 and 1', {
      at: 'u',
      found: String(u),
    });
  }
  const [lower, upper] = options.support ?? [-Infinity, Infinity];
  if (!(lower < upper)) {
    throw new FlowzooError('E_OPTION', 'the support must have its lower end below its upper end', {
      at: 'support',
      found: `[${lower}, ${upper}]`,
    });
  }
  const evaluate = checked(cdf);
  let high = end(evaluate, upper, { other: lower, reached: (value) => value >= u, u });
  let low = end(evaluate, lower, { other: upper, reached: (value) => value < u, u });
  if (low >= high) return high;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (evaluate(middle) >= u) high = middle;
    else low = middle;
  }
}

/** A finite end of the bracket: the support's own, or one found by doubling the distance. */
function end(
  cdf: (x: number) => number,
  bound: number,
  options: { readonly other: number; readonly reached: (value: number) => boolean; readonly u: number },
): number {
  if (Number.isFinite(bound)) return bound;
  const anchor = Number.isFinite(options.other) ? options.other : 0;
  for (let distance = 1; distance < 1e300; distance *= 2) {
    const x = anchor + Math.sign(bound) * distance;
    if (options.reached(cdf(x))) return x;
  }
  throw new FlowzooError('E_OPTION', 'the cumulative distribution does not reach this probability', {
    at: 'cdf',
    expected: 'values from 0 to 1 over the support',
    found: `no x with the value ${options.u}`,
  });
}

/** Checks what F gives, and that it does not decrease between two points that were asked for one after the other. */
function checked(cdf: (x: number) => number): (x: number) => number {
  let last: readonly [x: number, value: number] | undefined;
  return (x) => {
    const value = cdf(x);
    if (!(value >= 0 && value <= 1)) {
      throw new FlowzooError('E_OPTION', 'a cumulative distribution must lie between 0 and 1', {
        at: `cdf(${x})`,
        found: String(value),
      });
    }
    if (last !== undefined && (x - last[0]) * (value - last[1]) < 0) throw decreasing(last, [x, value]);
    last = [x, value];
    return value;
  };
}

function decreasing(a: readonly [number, number], b: readonly [number, number]): FlowzooError {
  return new FlowzooError('E_OPTION', 'a cumulative distribution must not decrease', {
    at: 'cdf',
    found: `${a[1]} at ${a[0]} and ${b[1]} at ${b[0]}`,
  });
}
