import type { JsonSchema } from '../../registry/plugin.ts';
import type { Squash } from '../squash.ts';
import { squashSchema } from '../squash.ts';
import type { Direction } from '../direction.ts';
import { directionSchema } from '../direction.ts';

/** From raw parameters to the widths and heights of the bins. */
export interface BinOptions {
  /** Factor on the raw parameters. Default: 1. */
  readonly gain?: number;
  /** Default: `none`. */
  readonly squash?: Squash;
  /** Default: null. */
  readonly bound?: number | null;
  /** Least width and height, as a fraction of the interval. Default: 0.001. */
  readonly floor?: number;
  /** One raw parameter less: the first fraction is shared by the first and the last bin, half each. Default: false. */
  readonly splitFirst?: boolean;
}

/** From a raw parameter to the slope at a knot: map(squash(gain · raw) + offset) + floor. */
export interface SlopeOptions {
  /** Factor on the raw parameter. Default: 1. */
  readonly gain?: number;
  /** Default: `none`. */
  readonly squash?: Squash;
  /** Default: null. */
  readonly bound?: number | null;
  /** `softplus` is log(1 + e^(β r))/β. Default: `softplus`. */
  readonly map?: 'softplus' | 'exp';
  /** β of the softplus. Default: 1. */
  readonly beta?: number;
  /** Added after the squash; `identity` is the number that makes zero parameters slope 1. Default: `identity`. */
  readonly offset?: number | 'identity';
  /** Least slope. Default: 0.001. */
  readonly floor?: number;
}

/** Which boundary slopes are parameters: none, both, one for both, or the one at the other end. */
export type SplineBoundary = 'identity' | 'free' | 'circular' | 'lower-identity' | 'upper-identity';

/** What happens outside the interval. */
export type SplineTails = 'identity' | 'linear' | 'error';

/** Options of {@link RationalQuadraticSpline}. */
export interface RationalQuadraticSplineOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Bins, K. Default: 8. */
  readonly bins?: number;
  /** Domain and image of the spline. Default: [−5, 5]. */
  readonly interval?: readonly [number, number];
  /** The direction in which the closed form is evaluated; the other solves a quadratic. Default: `inverse`. */
  readonly direction?: Direction;
  readonly bin?: BinOptions;
  readonly slope?: SlopeOptions;
  /** `identity` fixes both boundary slopes at 1. Default: `identity`. */
  readonly boundary?: SplineBoundary;
  /** Default: `identity`. */
  readonly tails?: SplineTails;
}

/** Schema of the configuration. */
export const splineSchema: JsonSchema = {
  type: 'object',
  description: 'A monotone rational-quadratic spline; packed [widths, heights, slopes].',
  properties: {
    bins: { type: 'integer', minimum: 1, maximum: 1024, default: 8, description: 'Number of bins, K.' },
    interval: {
      type: 'array',
      items: { type: 'number' },
      minItems: 2,
      maxItems: 2,
      default: [-5, 5],
      description: 'Domain and image of the spline, in units of its input.',
    },
    direction: directionSchema('z = spline(x)', 'x = spline(z)'),
    bin: {
      type: 'object',
      default: {},
      description: 'From raw parameters to widths and heights: floor + (1 − floor · K) softmax(squash(gain · raw)).',
      properties: {
        ...squashSchema,
        floor: {
          type: 'number',
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.001,
          description: 'Least width and height, as a fraction of the interval.',
        },
        splitFirst: {
          type: 'boolean',
          default: false,
          description: 'K − 1 raw parameters: the first fraction is shared by the first and the last bin, half each.',
        },
      },
      additionalProperties: false,
    },
    slope: {
      type: 'object',
      default: {},
      description: 'From a raw parameter to the slope at a knot: map(squash(gain · raw) + offset) + floor.',
      properties: {
        ...squashSchema,
        map: { enum: ['softplus', 'exp'], default: 'softplus', description: 'From r to the slope.' },
        beta: {
          type: 'number',
          exclusiveMinimum: 0,
          default: 1,
          description: 'β of the softplus, log(1 + e^(β r))/β.',
        },
        offset: {
          type: ['number', 'string'],
          pattern: '^identity$',
          default: 'identity',
          description: 'Added after the squash; "identity" makes zero parameters slope 1.',
        },
        floor: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0.001, description: 'Least slope.' },
      },
      additionalProperties: false,
    },
    boundary: {
      enum: ['identity', 'free', 'circular', 'lower-identity', 'upper-identity'],
      default: 'identity',
      description: 'Boundary slopes: both 1, both free, one for both, or only the named one 1.',
    },
    tails: {
      enum: ['identity', 'linear', 'error'],
      default: 'identity',
      description: 'Outside the interval: unchanged, continued with the boundary slope, or an error.',
    },
  },
};
