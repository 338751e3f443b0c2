import type { Shape } from '../contracts/shape.ts';
import type { Plugin } from '../registry/plugin.ts';
import type { Domain } from './domain.ts';

/** How far float32 results may be off; see {@link DEFAULT_TOLERANCE}. */
export interface Tolerance {
  /** Round trips: |x′ − x| relative to the largest of 1, |x| and |z|. */
  readonly roundTrip: number;
  /** Log-dets, absolute, nats. */
  readonly logDet: number;
  /** Log-dets, relative to their size; added to the absolute part. */
  readonly logDetRelative: number;
  /** Integrals of densities, absolute; doubled in two dimensions. */
  readonly integral: number;
}

/**
 * What float32 layers reach with room to spare: round trips to 1e-4 of the scale, log-dets to 1e-3 nats + 1e-4 of their
 * size, integrals to 0.02. An iterative direction gets ten times as much of the first three.
 */
export const DEFAULT_TOLERANCE: Tolerance = { roundTrip: 1e-4, logDet: 1e-3, logDetRelative: 1e-4, integral: 0.02 };

/** What a case may say besides its shapes; also what an author changes in all derived cases of a type at once. */
export interface CaseOptions {
  /** The part's configuration without its type; the schema's defaults fill the rest. Default: `{}`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Width of the context the part is offered. Default: 0. */
  readonly contextSize?: number;
  /** Where data are drawn from and where the edges are. Default: `real`. */
  readonly domain?: Domain;
  /** The same for latents. Default: `real`. */
  readonly latentDomain?: Domain;
  /** The largest |x| and |z| at which values and gradients must be finite. Default: 1e4. */
  readonly largest?: number | { readonly data: number; readonly latent: number };
  /** Standard deviation of the drawn parameters (matrices: divided by √fan-in). Default: 1. */
  readonly parameterScale?: number;
  readonly tolerance?: Partial<Tolerance>;
  /** Variables without a gradient by design: exact names, or `hidden.*` for all that start with `hidden.`. */
  readonly unusedVariables?: readonly string[];
  /** An autoregressive layer need not depend on *every* earlier element (limited receptive field). Default: false. */
  readonly sparseDependence?: boolean;
  /** Seed of the build and of everything drawn. Default: 1. */
  readonly seed?: number;
}

/** One way to build a part and to probe it. */
export interface Case extends CaseOptions {
  /** What errors call it. Default: made of the shapes. */
  readonly name?: string;
  /** Shape of one example: data of a bijector or distribution, elements of a transformer, input of a conditioner. */
  readonly event: Shape;
  /** Output of a conditioner. Default: the shape of its input with twice as many channels. */
  readonly output?: Shape;
}

/** What the suite runs on. */
export interface ConformanceOptions {
  /**
   * Backends to run on, by name. Default: the one that is active. The caller imports the package of each
   * (`import '@tensorflow/tfjs-backend-wasm'`).
   */
  readonly backends?: readonly string[];
  /**
   * Per type (`acme/rotation`, or `transformer:acme/cubic` where two kinds share an id): a list replaces the derived
   * cases, an object changes all of them, for example `{ domain: 'unit' }`.
   */
  readonly cases?: Readonly<Record<string, readonly Case[] | CaseOptions>>;
  /** Plugins that the parts under test need for nested parts. */
  readonly plugins?: readonly Plugin[];
  /** Only these types. Default: all of the plugin. */
  readonly types?: readonly string[];
}

/** The two functions the suite needs of a test runner: vitest, jest, mocha, `node:test`. */
export interface TestRunner {
  // Runners overload these in many ways; only the two-argument form is used, and `it` gets a limit as third.
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>, milliseconds?: number): unknown;
  /** Accepted so that `{ describe, it, expect }` can be passed; the clauses throw errors of their own. */
  readonly expect?: unknown;
  /** Time limit of one clause, milliseconds. Default: 60 000. */
  readonly timeout?: number;
}
