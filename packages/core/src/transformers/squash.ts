import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { JsonSchema } from '../registry/plugin.ts';

/**
 * How a raw parameter r is bounded before it is mapped, with bound B:
 *
 * | name | value |
 * |---|---|
 * | `none` | r |
 * | `softclip` | r / (1 + \|r/B\|) |
 * | `tanh` | B·tanh(r/B) |
 * | `tanh-amplitude` | B·tanh(r) |
 * | `atan-amplitude` | B·0.636·atan(r) |
 * | `sigmoid-amplitude` | B·(2σ(r) − 1) |
 * | `clip` | min(max(r, −B), B); its gradient is 0 outside |
 */
export type Squash = 'none' | 'softclip' | 'tanh' | 'tanh-amplitude' | 'atan-amplitude' | 'sigmoid-amplitude' | 'clip';

/** The names of {@link Squash}. */
export const SQUASHES: readonly Squash[] = [
  'none',
  'softclip',
  'tanh',
  'tanh-amplitude',
  'atan-amplitude',
  'sigmoid-amplitude',
  'clip',
];

/** FrEIA's constant in place of 2/π; kept, so that its models keep their function. */
const ATAN_GAIN = 0.636;

/** A squash with the bound it needs. */
export interface BoundedSquash {
  readonly squash: Squash;
  /** Positive; ignored by `none`. */
  readonly bound: number;
}

/**
 * Joins a squash with its bound.
 *
 * @throws E_OPTION when the squash needs a bound and has none
 */
export function boundedSquash(squash: Squash, bound: number | null, at: string): BoundedSquash {
  if (squash === 'none') return { squash, bound: 1 };
  if (bound === null || !(bound > 0)) {
    throw new FlowzooError('E_OPTION', `squash "${squash}" needs a bound`, {
      at,
      expected: 'a number above 0',
      found: String(bound),
      remedy: 'Set "bound" beside "squash"',
    });
  }
  return { squash, bound };
}

/** The squash of every element, differentiable. */
export function squashTensor(r: tf.Tensor, { squash, bound }: BoundedSquash): tf.Tensor {
  switch (squash) {
    case 'none':
      return r;
    case 'softclip':
      return tf.div(r, tf.add(tf.abs(tf.div(r, bound)), 1));
    case 'tanh':
      return tf.mul(tf.tanh(tf.div(r, bound)), bound);
    case 'tanh-amplitude':
      return tf.mul(tf.tanh(r), bound);
    case 'atan-amplitude':
      return tf.mul(tf.atan(r), bound * ATAN_GAIN);
    case 'sigmoid-amplitude':
      return tf.mul(tf.tanh(tf.mul(r, 0.5)), bound);
    case 'clip':
      return tf.clipByValue(r, -bound, bound);
  }
}

/** The squash of one number. */
export function squashNumber(r: number, { squash, bound }: BoundedSquash): number {
  switch (squash) {
    case 'none':
      return r;
    case 'softclip':
      return r / (1 + Math.abs(r / bound));
    case 'tanh':
      return bound * Math.tanh(r / bound);
    case 'tanh-amplitude':
      return bound * Math.tanh(r);
    case 'atan-amplitude':
      return bound * ATAN_GAIN * Math.atan(r);
    case 'sigmoid-amplitude':
      return bound * Math.tanh(0.5 * r);
    case 'clip':
      return Math.min(Math.max(r, -bound), bound);
  }
}

/** The derivative of {@link squashNumber} in r. */
export function squashDerivative(r: number, { squash, bound }: BoundedSquash): number {
  switch (squash) {
    case 'none':
      return 1;
    case 'softclip':
      return 1 / (1 + Math.abs(r / bound)) ** 2;
    case 'tanh':
      return 1 - Math.tanh(r / bound) ** 2;
    case 'tanh-amplitude':
      return bound * (1 - Math.tanh(r) ** 2);
    case 'atan-amplitude':
      return (bound * ATAN_GAIN) / (1 + r * r);
    case 'sigmoid-amplitude':
      return 0.5 * bound * (1 - Math.tanh(0.5 * r) ** 2);
    case 'clip':
      return Math.abs(r) <= bound ? 1 : 0;
  }
}

/** Schema of the options `gain`, `squash` and `bound`, which several transformers share. */
export const squashSchema: JsonSchema = {
  gain: { type: 'number', default: 1, description: 'Factor on the raw parameter.' },
  squash: { enum: SQUASHES, default: 'none', description: 'How the raw parameter is bounded.' },
  bound: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    description: 'The bound B of the squash; every squash but "none" needs it.',
  },
};
