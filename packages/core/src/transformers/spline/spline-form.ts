import { FlowzooError } from '../../errors/flowzoo-error.ts';
import { boundedSquash, type BoundedSquash } from '../squash.ts';
import type { RationalQuadraticSplineOptions, SplineBoundary, SplineTails } from './spline-options.ts';

/** The options of a spline with defaults written out, and the layout of its raw parameters. */
export interface SplineForm {
  /** Where errors say they happened. */
  readonly at: string;
  readonly bins: number;
  readonly low: number;
  readonly high: number;
  readonly tails: SplineTails;
  /** Raw widths, and as many raw heights: K, or K − 1 with `splitFirst`. */
  readonly fractions: number;
  readonly splitFirst: boolean;
  readonly binGain: number;
  readonly binSquash: BoundedSquash;
  readonly binFloor: number;
  /** What the softmax distributes over the bins, in units of the interval. */
  readonly slack: number;
  readonly slopeGain: number;
  readonly slopeSquash: BoundedSquash;
  readonly slopeMap: 'softplus' | 'exp';
  readonly beta: number;
  readonly slopeOffset: number;
  readonly slopeFloor: number;
  /** For each of the K + 1 knots the raw slope it takes, or −1 where the slope is fixed at 1. */
  readonly slopeOf: Int32Array;
  /** P = 2 · fractions + raw slopes. */
  readonly parameterCount: number;
}

/** No bin is narrower than this fraction of the interval, so that a floor of 0 never divides by 0. */
const NARROWEST = 1e-9;

/** @throws E_OPTION for options that fit no spline */
export function splineForm(options: RationalQuadraticSplineOptions, at: string): SplineForm {
  const { bins = 8, interval = [-5, 5], bin = {}, slope = {} } = options;
  const [low, high] = interval;
  const splitFirst = bin.splitFirst ?? false;
  const fractions = splitFirst ? bins - 1 : bins;
  const binFloor = Math.max(bin.floor ?? 0.001, NARROWEST);
  assertForm(low < high, at, '"interval" must run upwards', '[low, high]', `[${low}, ${high}]`);
  assertForm(fractions >= 1, at, '"splitFirst" needs two bins or more', 'bins ≥ 2', `bins ${bins}`);
  assertForm(
    binFloor * fractions < 1,
    at,
    'the floor leaves the bins no room',
    `bin.floor below ${1 / fractions} for ${bins} bins`,
    String(binFloor),
  );
  const slopes = slopeIndices(bins, options.boundary ?? 'identity');
  const beta = slope.beta ?? 1;
  const slopeFloor = slope.floor ?? 0.001;
  const slopeMap = slope.map ?? 'softplus';
  return {
    at,
    bins,
    low,
    high,
    tails: options.tails ?? 'identity',
    fractions,
    splitFirst,
    binGain: bin.gain ?? 1,
    binSquash: boundedSquash(bin.squash ?? 'none', bin.bound ?? null, `${at}, bin`),
    binFloor,
    slack: (high - low) * (1 - binFloor * fractions),
    slopeGain: slope.gain ?? 1,
    slopeSquash: boundedSquash(slope.squash ?? 'none', slope.bound ?? null, `${at}, slope`),
    slopeMap,
    beta,
    slopeOffset:
      slope.offset === undefined || slope.offset === 'identity'
        ? identityOffset(slopeMap, beta, slopeFloor)
        : slope.offset,
    slopeFloor,
    slopeOf: slopes.slopeOf,
    parameterCount: 2 * fractions + slopes.count,
  };
}

/** The offset at which zero parameters give slope 1: map(offset) + floor = 1. */
function identityOffset(map: 'softplus' | 'exp', beta: number, floor: number): number {
  return map === 'exp' ? Math.log(1 - floor) : Math.log(Math.expm1(beta * (1 - floor))) / beta;
}

function slopeIndices(bins: number, boundary: SplineBoundary): { slopeOf: Int32Array; count: number } {
  const slopeOf = new Int32Array(bins + 1);
  const lowerFixed = boundary === 'identity' || boundary === 'lower-identity';
  const upperFixed = boundary === 'identity' || boundary === 'upper-identity';
  let count = 0;
  for (let knot = 0; knot <= bins; knot++) {
    const fixed = (knot === 0 && lowerFixed) || (knot === bins && upperFixed);
    slopeOf[knot] = fixed ? -1 : boundary === 'circular' && knot === bins ? 0 : count++;
  }
  return { slopeOf, count };
}

function assertForm(holds: boolean, at: string, summary: string, expected: string, found: string): void {
  if (!holds) throw new FlowzooError('E_OPTION', summary, { at, expected, found });
}
