import { softmax, softplus } from './scalar.ts';
import { squashed, type SquashConfig } from './squash.ts';
import type { Scalars, Transformer } from './transformer.ts';

interface SplineConfig {
  readonly bins: number;
  readonly interval: readonly [number, number];
  readonly direction: 'inverse' | 'forward';
  readonly bin: SquashConfig & { readonly floor: number; readonly splitFirst: boolean };
  readonly slope: SquashConfig & {
    readonly map: 'softplus' | 'exp';
    readonly beta: number;
    readonly offset: number | 'identity';
    readonly floor: number;
  };
  readonly boundary: 'identity' | 'free' | 'circular' | 'lower-identity' | 'upper-identity';
  readonly tails: 'identity' | 'linear' | 'error';
}

/** K + 1 knots (x_k, y_k) with slopes d_k. */
interface Knots {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly d: readonly number[];
}

/** Durkan et al. 2019: rational-quadratic splines, with the options that our schema documents. */
export function spline(config: SplineConfig): Transformer {
  const { bins, direction } = config;
  const fractions = config.bin.splitFirst ? bins - 1 : bins;
  const slopes = { identity: bins - 1, free: bins + 1, circular: bins, 'lower-identity': bins, 'upper-identity': bins };
  const parameterCount = 2 * fractions + slopes[config.boundary];
  const map =
    (scalar: (value: number, knots: Knots) => readonly [number, number]) =>
    (input: Float64Array, parameters: Float64Array): Scalars => {
      const results = Array.from(input, (value, i) =>
        scalar(value, knotsOf([...parameters.subarray(i * parameterCount, (i + 1) * parameterCount)], config)),
      );
      return {
        value: Float64Array.from(results, ([value]) => value),
        logDerivative: Float64Array.from(results, ([, log]) => log),
      };
    };
  return {
    parameterCount,
    direction,
    act: map((x, knots) => evaluate(x, knots, config)),
    undo: map((y, knots) => solve(y, knots, config)),
  };
}

/** From raw parameters, packed [widths, heights, slopes], to knots. */
function knotsOf(raw: readonly number[], { bins, interval, bin, slope, boundary }: SplineConfig): Knots {
  const count = bin.splitFirst ? bins - 1 : bins;
  const knots = (list: readonly number[]): number[] => {
    const shares = softmax(list.map((r) => squashed(bin.gain * r, bin.squash, bin.bound ?? 0)));
    let lengths = shares.map((share) => bin.floor + (1 - bin.floor * count) * share);
    const first = lengths[0]!;
    if (bin.splitFirst) lengths = [first / 2, ...lengths.slice(1), first / 2];
    let sum = interval[0];
    return [sum, ...lengths.map((length) => (sum += length * (interval[1] - interval[0])))];
  };
  const positive = (r: number): number => (slope.map === 'exp' ? Math.exp(r) : softplus(slope.beta * r) / slope.beta);
  const offset = slope.offset === 'identity' ? identityOffset(slope) : slope.offset;
  const d = raw
    .slice(2 * count)
    .map((r) => positive(squashed(slope.gain * r, slope.squash, slope.bound ?? 0) + offset) + slope.floor);
  if (boundary === 'circular') d.push(d[0]!);
  if (boundary === 'identity' || boundary === 'lower-identity') d.unshift(1);
  if (boundary === 'identity' || boundary === 'upper-identity') d.push(1);
  return { x: knots(raw.slice(0, count)), y: knots(raw.slice(count, 2 * count)), d };
}

/** The offset with map(offset) + floor = 1: for the softplus e^(β offset) = e^(β (1 − floor)) − 1. */
function identityOffset({ map, beta, floor }: SplineConfig['slope']): number {
  return map === 'exp' ? Math.log(1 - floor) : Math.log(Math.exp(beta * (1 - floor)) - 1) / beta;
}

/** Eq. 4 and 5: the value and the log-derivative at ξ in bin k. */
function inBin(k: number, xi: number, { x, y, d }: Knots): readonly [number, number] {
  const s = (y[k + 1]! - y[k]!) / (x[k + 1]! - x[k]!);
  const product = xi * (1 - xi);
  const denominator = s + (d[k + 1]! + d[k]! - 2 * s) * product;
  const value = y[k]! + ((y[k + 1]! - y[k]!) * (s * xi * xi + d[k]! * product)) / denominator;
  const numerator = s * s * (d[k + 1]! * xi * xi + 2 * s * product + d[k]! * (1 - xi) ** 2);
  return [value, Math.log(numerator / (denominator * denominator))];
}

function evaluate(x: number, knots: Knots, config: SplineConfig): readonly [number, number] {
  const end = endBeyond(x, config);
  if (end !== null) return outside(x, end === 0 ? knots.d[0]! : knots.d.at(-1)!, end, config);
  const k = binOf(x, knots.x);
  return inBin(k, (x - knots.x[k]!) / (knots.x[k + 1]! - knots.x[k]!), knots);
}

/** The inverse by bisection, which trusts nothing but that the spline grows. */
function solve(y: number, knots: Knots, config: SplineConfig): readonly [number, number] {
  const end = endBeyond(y, config);
  if (end !== null) return outside(y, 1 / (end === 0 ? knots.d[0]! : knots.d.at(-1)!), end, config);
  const k = binOf(y, knots.y);
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (inBin(k, middle, knots)[0] < y) low = middle;
    else high = middle;
  }
  const xi = (low + high) / 2;
  return [knots.x[k]! + xi * (knots.x[k + 1]! - knots.x[k]!), -inBin(k, xi, knots)[1]];
}

/** Which end of the interval a value lies beyond: 0 or 1, or null for none. */
function endBeyond(value: number, { interval, tails }: SplineConfig): 0 | 1 | null {
  const end = value < interval[0] ? 0 : value > interval[1] ? 1 : null;
  if (end !== null && tails === 'error') throw new Error(`${value} is outside of the spline`);
  return end;
}

function outside(value: number, slope: number, end: 0 | 1, config: SplineConfig): readonly [number, number] {
  if (config.tails === 'identity') return [value, 0];
  const edge = config.interval[end];
  return [edge + slope * (value - edge), Math.log(slope)];
}

function binOf(value: number, knots: readonly number[]): number {
  const above = knots.findIndex((knot, index) => index > 0 && value < knot);
  return above < 0 ? knots.length - 2 : above - 1;
}
