import { sigmoid, softplus } from './scalar.ts';
import { squashed, type SquashConfig } from './squash.ts';
import type { Weights } from './weights.ts';

/** The option `scale` as an object: s = min(map(clip(squash(gain · raw + offset))) + floor, ceiling). */
export interface ScaleMapConfig extends SquashConfig {
  readonly offset: number;
  readonly clip: readonly [number, number] | null;
  readonly map: 'exp' | 'softplus' | 'sigmoid';
  readonly floor: number;
  readonly ceiling: number | null;
  readonly center: boolean;
}

/** log s of raw parameters, `features` of which share a last axis. */
export type LogScales = (raw: Float64Array, features: number) => Float64Array;

/** The options that an object leaves out where no schema has written them. */
export const DEFAULT_SCALE_MAP: ScaleMapConfig = {
  gain: 1,
  offset: 0,
  squash: 'none',
  bound: null,
  clip: null,
  map: 'exp',
  floor: 0,
  ceiling: null,
  center: false,
};

/** From raw parameters to log-scales, by name or by an object. */
export function readScaleMap(config: string | ScaleMapConfig, weights: Weights): LogScales {
  if (typeof config === 'object') return fromOptions(config, weights);
  // Only the learned one has a variable.
  const amplitude = config === 'tanh-learned' ? weights.get('amplitude')[0]! : 0;
  const named: Readonly<Record<string, (r: number) => number>> = {
    'bounded-exp': (r) => 2 * Math.tanh(r / 2),
    sigmoid: (r) => Math.log(sigmoid(r + 2)),
    'tanh-learned': (r) => amplitude * Math.tanh(r),
    exp: (r) => r,
  };
  const log = named[config];
  if (log === undefined) throw new Error(`the float64 reference does not know the scale "${config}"`);
  return (raw) => raw.map(log);
}

function fromOptions(config: ScaleMapConfig, weights: Weights): LogScales {
  const { gain, offset, squash, bound, clip, map, floor, ceiling, center } = config;
  const learned = squash === 'tanh-learned';
  const amplitude = learned ? weights.get('amplitude')[0]! : (bound ?? 0);
  const [low, high] = clip ?? [-Infinity, Infinity];
  const positive = { exp: Math.exp, softplus, sigmoid }[map];
  const log = (raw: number): number => {
    const r = squashed(gain * raw + offset, learned ? 'tanh-amplitude' : squash, amplitude);
    return Math.log(Math.min(positive(Math.min(Math.max(r, low), high)) + floor, ceiling ?? Infinity));
  };
  return (raw, features) => {
    const logs = raw.map(log);
    if (!center) return logs;
    return logs.map((value, i) => {
      const begin = i - (i % features);
      const mean = logs.subarray(begin, begin + features).reduce((sum, each) => sum + each, 0) / features;
      return value - mean;
    });
  };
}
