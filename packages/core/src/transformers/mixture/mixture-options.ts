import type { JsonSchema } from '../../registry/plugin.ts';
import { directionSchema, type Direction } from '../direction.ts';
import { squashSchema, type Squash } from '../squash.ts';

/** From a raw parameter to the logarithm of a scale: squash(gain · raw), kept within ±30. */
export interface LogScaleOptions {
  /** Factor on the raw parameter. Default: 1. */
  readonly gain?: number;
  /** Default: `tanh`. */
  readonly squash?: Squash;
  /** Default: 3 for the components, 2 for the outer gain. */
  readonly bound?: number | null;
}

/**
 * What becomes of the mixture's cumulative distribution C(x): `unit` C itself, in (0, 1); `real` F⁻¹(C), with F of the
 * components' own family; `affine` F⁻¹(C)·eᵃ + b with two parameters more.
 */
export type MixtureOutput = 'affine' | 'real' | 'unit';

/** Options of the mixture transformers. */
export interface MixtureOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Components, K. Default: 8. */
  readonly components?: number;
  /** The direction in which the closed form is evaluated; the other finds roots. Default: `inverse`. */
  readonly direction?: Direction;
  /** Default: `affine` for logistics, `real` for normals. */
  readonly output?: MixtureOutput;
  /**
   * Standard deviation of the components' locations at zero parameters, as a fraction of the whole mixture's; in [0, 1).
   * At 0 all components are alike, and stay alike when a conditioner starts at zero. Default: 0.5.
   */
  readonly spread?: number;
  readonly logScale?: LogScaleOptions;
  /** Of the outer gain eᵃ, with output `affine` only. */
  readonly outerLogScale?: LogScaleOptions;
}

/** Default of {@link MixtureOptions.logScale}. */
export const LOG_SCALE: Required<LogScaleOptions> = { gain: 1, squash: 'tanh', bound: 3 };

/** Default of {@link MixtureOptions.outerLogScale}. */
export const OUTER_LOG_SCALE: Required<LogScaleOptions> = { gain: 1, squash: 'tanh', bound: 2 };

function logScaleSchema(defaults: Required<LogScaleOptions>, description: string): JsonSchema {
  return {
    type: 'object',
    default: {},
    description,
    properties: {
      gain: squashSchema.gain as JsonSchema,
      squash: { ...(squashSchema.squash as JsonSchema), default: defaults.squash },
      bound: { ...(squashSchema.bound as JsonSchema), default: defaults.bound },
    },
    additionalProperties: false,
  };
}

/** Schema of a configuration. */
export function mixtureSchema(given: {
  readonly description: string;
  readonly closed: readonly [inverse: string, forward: string];
  readonly output: MixtureOutput;
}): JsonSchema {
  return {
    type: 'object',
    description: given.description,
    properties: {
      components: { type: 'integer', minimum: 1, maximum: 1024, default: 8, description: 'Number of components, K.' },
      direction: directionSchema(...given.closed),
      output: {
        enum: ['affine', 'real', 'unit'],
        default: given.output,
        description:
          'From the cumulative distribution C: "unit" C itself, "real" F⁻¹(C), "affine" F⁻¹(C) exp(a) + b with two parameters more.',
      },
      spread: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.5,
        description: 'Standard deviation of the locations at zero parameters, as a fraction of that of the mixture.',
      },
      logScale: logScaleSchema(LOG_SCALE, 'Log-scale of a component: squash(gain · raw), relative to its start.'),
      outerLogScale: logScaleSchema(
        OUTER_LOG_SCALE,
        'a of the outer gain exp(a), with output "affine": squash(gain · raw).',
      ),
    },
  };
}
