import { FlowzooError } from '../../errors/flowzoo-error.ts';
import { boundedSquash, squashDerivative, squashNumber, type BoundedSquash } from '../squash.ts';
import type { ComponentFamily } from './component-family.ts';
import {
  LOG_SCALE,
  OUTER_LOG_SCALE,
  type LogScaleOptions,
  type MixtureOptions,
  type MixtureOutput,
} from './mixture-options.ts';

/** Beyond ±30 a scale times a number of order 1e4 squared leaves float32. */
export const LARGEST_LOG_SCALE = 30;

/** Outputs in (0, 1) keep this distance from 0, the smallest normal number of float32. */
export const SMALLEST_UNIT: number = 2 ** -126;

/** The largest float32 below 1. */
export const LARGEST_UNIT: number = 1 - 2 ** -24;

/** {@link LogScaleOptions} with defaults written out. */
export interface LogScaleMap {
  readonly gain: number;
  readonly squash: BoundedSquash;
  /** Added last: where the scale starts. */
  readonly start: number;
}

/** The options of a mixture with defaults written out. Parameters: K weights, K locations, K log-scales, then a and b. */
export interface MixtureForm {
  readonly components: number;
  readonly output: MixtureOutput;
  /** Locations at zero parameters, `[K]`. */
  readonly starts: Float64Array;
  readonly logScale: LogScaleMap;
  readonly outerLogScale: LogScaleMap;
  /** 3K, or 3K + 2 with output `affine`. */
  readonly parameterCount: number;
}

/** @throws E_OPTION for options that fit no mixture */
export function mixtureForm(
  options: MixtureOptions,
  defaults: { readonly output: MixtureOutput; readonly family: ComponentFamily; readonly at: string },
): MixtureForm {
  const { at, family } = defaults;
  const { components = 8, output = defaults.output, spread = 0.5 } = options;
  assertForm(Number.isInteger(components) && components >= 1, at, {
    summary: 'a mixture needs a component or more',
    expected: 'an integer ≥ 1',
    found: components,
  });
  assertForm(spread >= 0 && spread < 1, at, {
    summary: '"spread" is a fraction of the standard deviation of the mixture',
    expected: '0 ≤ spread < 1',
    found: spread,
  });
  // One component has nothing to spread.
  const share = components === 1 ? 0 : spread;
  return {
    components,
    output,
    starts: evenly(components, share * family.deviation),
    logScale: logScaleMap(options.logScale ?? {}, LOG_SCALE, 0.5 * Math.log1p(-share * share), `${at}, logScale`),
    outerLogScale: logScaleMap(options.outerLogScale ?? {}, OUTER_LOG_SCALE, 0, `${at}, outerLogScale`),
    parameterCount: 3 * components + (output === 'affine' ? 2 : 0),
  };
}

/** The logarithm of a scale. */
export function logScaleOf(raw: number, { gain, squash, start }: LogScaleMap): number {
  const logs = squashNumber(gain * raw, squash) + start;
  return Math.min(Math.max(logs, -LARGEST_LOG_SCALE), LARGEST_LOG_SCALE);
}

/** The derivative of {@link logScaleOf} in raw. */
export function logScaleDerivative(raw: number, { gain, squash, start }: LogScaleMap): number {
  if (Math.abs(squashNumber(gain * raw, squash) + start) > LARGEST_LOG_SCALE) return 0;
  return gain * squashDerivative(gain * raw, squash);
}

function logScaleMap(
  given: LogScaleOptions,
  defaults: Required<LogScaleOptions>,
  start: number,
  at: string,
): LogScaleMap {
  const squash = given.squash ?? defaults.squash;
  const bound = given.bound === undefined ? defaults.bound : given.bound;
  return { gain: given.gain ?? defaults.gain, squash: boundedSquash(squash, bound, at), start };
}

/** K numbers at even distances around 0 with the given standard deviation. */
function evenly(count: number, deviation: number): Float64Array {
  const unit = count === 1 ? 0 : deviation / Math.sqrt((count * count - 1) / 12);
  return Float64Array.from({ length: count }, (_, k) => unit * (k - (count - 1) / 2));
}

function assertForm(
  holds: boolean,
  at: string,
  fault: { readonly summary: string; readonly expected: string; readonly found: number },
): void {
  if (holds) return;
  throw new FlowzooError('E_OPTION', fault.summary, { at, expected: fault.expected, found: String(fault.found) });
}
