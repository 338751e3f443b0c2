import type { Bijector } from '../contracts/bijector.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { Distribution } from '../contracts/distribution.ts';
import type { Transformer } from '../contracts/transformer.ts';
import type { BijectorBuild, ConditionerBuild, DistributionBuild, TransformerBuild } from './build.ts';
import type { PartConfig } from './part-config.ts';

export type { PartConfig } from './part-config.ts';

/** The version of the interface between core and plugins; raised only when that interface breaks. */
export const CONTRACT = 1;

/** The brand that makes a plain object a plugin, whichever copy of core defined it. */
export const PLUGIN_BRAND: symbol = Symbol.for('@flowzoo/plugin');

/** A JSON Schema (draft 2020-12). `{ "part": "conditioner" }` stands for a nested part of that kind. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How one type of part is described, validated and built. */
export interface PartDefinition<Result, Site> {
  /** Schema of the configuration without `type` and `version`; defaults in it are written out when a spec is saved. */
  readonly schema: JsonSchema;
  /** Version of the configuration's form; an older one passes through `migrate` first. */
  readonly version: number;
  /** Builds the part from a validated configuration with all defaults filled in. */
  create(config: PartConfig, build: Site): Result;
  /** Lifts a configuration of version `from` to version `from + 1`. */
  migrate?(config: Readonly<Record<string, unknown>>, from: number): Record<string, unknown>;
}

/** How a bijector is described, validated and built. */
export type BijectorDefinition = PartDefinition<Bijector, BijectorBuild>;
/** How a transformer is described, validated and built. */
export type TransformerDefinition = PartDefinition<Transformer, TransformerBuild>;
/** How a conditioner is described, validated and built. */
export type ConditionerDefinition = PartDefinition<Conditioner, ConditionerBuild>;
/** How a distribution is described, validated and built. */
export type DistributionDefinition = PartDefinition<Distribution, DistributionBuild>;

/** The kinds of parts, in the singular as schemas name them. */
export type PartKind = 'bijector' | 'transformer' | 'conditioner' | 'distribution';

/** What a plugin brings. */
export interface PluginOptions {
  /** The npm package: what the error message of a missing plugin installs. */
  readonly name: string;
  /** The package's version, x.y.z. */
  readonly version: string;
  /** The contract it was written against: {@link CONTRACT}. */
  readonly contract: number;
  readonly bijectors?: Readonly<Record<string, BijectorDefinition>>;
  readonly transformers?: Readonly<Record<string, TransformerDefinition>>;
  readonly conditioners?: Readonly<Record<string, ConditionerDefinition>>;
  readonly distributions?: Readonly<Record<string, DistributionDefinition>>;
}

/** A plugin: a plain branded object. Importing one has no effect; `registry.use(plugin)` does. */
export type Plugin = PluginOptions;

/**
 * Makes a plugin of its parts.
 *
 * @example
 * export const rotation = definePlugin({
 *   name: 'flowzoo-rotation', version: '1.0.0', contract: 1,
 *   bijectors: { 'acme/rotation': { version: 1, schema: { type: 'object' }, create: (config, build) => new Rotation(build) } },
 * });
 */
export function definePlugin(options: PluginOptions): Plugin {
  return Object.freeze(Object.defineProperty({ ...options }, PLUGIN_BRAND, { value: true }));
}
