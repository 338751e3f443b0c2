import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { JsonSchema } from '../registry/plugin.ts';
import { boundedSquash, SQUASHES, squashTensor, type BoundedSquash, type Squash } from './squash.ts';

/** From a raw parameter to a positive scale s: r = squash(gain · raw + offset), s = min(map(r) + floor, ceiling). */
export interface ScaleMapOptions {
  /** Default: 1. */
  readonly gain?: number;
  /** Default: 0. */
  readonly offset?: number;
  /** `tanh-learned` is a·tanh(r) with one learned number a, which starts at `bound`. Default: `none`. */
  readonly squash?: Squash | 'tanh-learned';
  /** Bound of the squash; start of a learned one, there 1 when left out. Default: null. */
  readonly bound?: number | null;
  /** Hard limits of r after the squash; the gradient is 0 outside. Default: null. */
  readonly clip?: readonly [number, number] | null;
  /** Default: `exp`. */
  readonly map?: 'exp' | 'softplus' | 'sigmoid';
  /** Added to the scale. Default: 0. */
  readonly floor?: number;
  /** Largest scale. Default: null. */
  readonly ceiling?: number | null;
  /** Subtract the mean of log s over the last axis of the event, so that volume is kept (GIN). Default: false. */
  readonly center?: boolean;
}

/**
 * Named scale maps:
 *
 * - `bounded-exp`: exp(2·tanh(r/2)), a scale in (0.14, 7.4), 1 at zero parameters; the default.
 * - `sigmoid`: σ(r + 2), a scale in (0, 1), 0.88 at zero parameters: Glow.
 * - `tanh-learned`: exp(a·tanh(r)) with a learned, which starts at 1: Real NVP.
 * - `exp`: exp(r), unbounded.
 * - `log-precision`: exp(r/2), unbounded; with the data as input r is the log of the precision: MAF.
 */
export type ScaleMapName = 'bounded-exp' | 'sigmoid' | 'tanh-learned' | 'exp' | 'log-precision';

const NAMED: Readonly<Record<ScaleMapName, ScaleMapOptions>> = {
  'bounded-exp': { squash: 'tanh', bound: 2 },
  sigmoid: { offset: 2, map: 'sigmoid' },
  'tanh-learned': { squash: 'tanh-learned', bound: 1 },
  exp: {},
  'log-precision': { gain: 0.5 },
};

/** The options with their defaults written out. */
export interface ScaleMap {
  readonly gain: number;
  readonly offset: number;
  /** Null when a learned amplitude stands in its place. */
  readonly squash: BoundedSquash | null;
  /** Where a learned amplitude starts. */
  readonly amplitude: number;
  readonly clip: readonly [number, number] | null;
  readonly map: 'exp' | 'softplus' | 'sigmoid';
  readonly floor: number;
  readonly ceiling: number | null;
  readonly center: boolean;
}

/** @throws E_OPTION for a squash without its bound, or limits in the wrong order */
export function resolveScaleMap(given: ScaleMapName | ScaleMapOptions, at: string): ScaleMap {
  const options = typeof given === 'string' ? NAMED[given] : given;
  const { squash = 'none', bound = null, clip = null, floor = 0, ceiling = null } = options;
  if (clip !== null && !(clip[0] < clip[1])) {
    throw new FlowzooError('E_OPTION', 'the limits of "clip" are in the wrong order', {
      at,
      expected: '[low, high]',
      found: `[${clip.join(', ')}]`,
    });
  }
  if (ceiling !== null && !(ceiling > floor)) {
    throw new FlowzooError('E_OPTION', 'the ceiling of the scale must be above its floor', {
      at,
      expected: `a number above ${floor}`,
      found: String(ceiling),
    });
  }
  return {
    gain: options.gain ?? 1,
    offset: options.offset ?? 0,
    squash: squash === 'tanh-learned' ? null : boundedSquash(squash, bound, at),
    amplitude: bound ?? 1,
    clip,
    map: options.map ?? 'exp',
    floor,
    ceiling,
    center: options.center ?? false,
  };
}

/** log s of every raw parameter, differentiable; `amplitude` is the learned one where there is one. */
export function logScale(raw: tf.Tensor, options: ScaleMap, amplitude: tf.Tensor | null): tf.Tensor {
  let r = options.gain === 1 ? raw : tf.mul(raw, options.gain);
  if (options.offset !== 0) r = tf.add(r, options.offset);
  if (amplitude !== null) r = tf.mul(tf.tanh(r), amplitude);
  else if (options.squash !== null) r = squashTensor(r, options.squash);
  if (options.clip !== null) r = tf.clipByValue(r, options.clip[0], options.clip[1]);
  const logs = logOfMap(r, options);
  return options.center ? tf.sub(logs, tf.mean(logs, -1, true)) : logs;
}

function logOfMap(r: tf.Tensor, { map, floor, ceiling }: ScaleMap): tf.Tensor {
  if (floor === 0) {
    // Without a floor the logarithm has a form that neither overflows nor cancels.
    const logs = map === 'exp' ? r : map === 'sigmoid' ? tf.neg(tf.softplus(tf.neg(r))) : tf.log(tf.softplus(r));
    return ceiling === null ? logs : tf.minimum(logs, Math.log(ceiling));
  }
  const scale = tf.add(map === 'exp' ? tf.exp(r) : map === 'sigmoid' ? tf.sigmoid(r) : tf.softplus(r), floor);
  return tf.log(ceiling === null ? scale : tf.minimum(scale, ceiling));
}

/** Schema of the option `scale`: a name, or an object that says everything. */
export const scaleMapSchema: JsonSchema = {
  type: ['string', 'object'],
  pattern: `^(${Object.keys(NAMED).join('|')})$`,
  examples: Object.keys(NAMED),
  default: 'bounded-exp',
  description:
    'From raw parameter to scale: "bounded-exp" exp(2 tanh(r/2)), "sigmoid" σ(r + 2), "tanh-learned" exp(a tanh r) with a learned, "exp", "log-precision" exp(r/2); or an object for s = min(map(squash(gain · raw + offset)) + floor, ceiling).',
  properties: {
    gain: { type: 'number', default: 1, description: 'Factor on the raw parameter.' },
    offset: { type: 'number', default: 0, description: 'Added after the gain.' },
    squash: {
      enum: [...SQUASHES, 'tanh-learned'],
      default: 'none',
      description: 'How r is bounded; "tanh-learned" is a tanh(r) with a learned number a.',
    },
    bound: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'The bound of the squash, or the start of the learned number a (null: 1).',
    },
    clip: {
      type: ['array', 'null'],
      items: { type: 'number' },
      minItems: 2,
      maxItems: 2,
      default: null,
      description: 'Hard limits of r after the squash; no gradient outside.',
    },
    map: { enum: ['exp', 'softplus', 'sigmoid'], default: 'exp', description: 'From r to the scale.' },
    floor: { type: 'number', minimum: 0, default: 0, description: 'Added to the scale.' },
    ceiling: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      default: null,
      description: 'Largest scale, or null for none.',
    },
    center: {
      type: 'boolean',
      default: false,
      description: 'Subtract the mean of log s over the last axis: volume is kept (GIN).',
    },
  },
  additionalProperties: false,
};
