import type { Bijector } from '../contracts/bijector.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { Distribution } from '../contracts/distribution.ts';
import type { Shape } from '../contracts/shape.ts';
import type { Transformer } from '../contracts/transformer.ts';
import type { ErrorDetails, FlowzooError } from '../errors/flowzoo-error.ts';
import type { Random } from '../random/random.ts';
import type { PartConfig } from './part-config.ts';

/** A group of layers in a list of layers, written once and built several times. */
export interface RepeatGroup {
  readonly repeat: number;
  readonly layers: readonly LayerConfig[];
}

/** An entry of a list of layers: one layer, or a repeat group. */
export type LayerConfig = PartConfig | RepeatGroup;

/**
 * What `create` gets besides its configuration: where it stands, the shapes that arrive, a seeded stream of its own, and
 * the means to build nested parts. `name` is the key of the nested configuration (`conditioner`, `layers`), and extends
 * the path that errors name.
 */
export interface Build {
  /** Path in the spec: `layers[3].conditioner`; the second of several repetitions is `layers[1][2].layers[0]`. */
  readonly path: string;
  /** Seeded from the spec's seed and the path: initial weights, permutations, masks. */
  readonly random: Random;
  /** Width of the model's context, 0 when there is none. A part that conditions on it declares it as its contextSize. */
  readonly contextSize: number;
  /** Builds a chain's layers: expands repeat groups, infers shapes from the data side to the latent side. */
  layers(configs: readonly LayerConfig[], site: { readonly name: string; readonly dataShape: Shape }): Bijector[];
  bijector(config: PartConfig, site: { readonly name: string; readonly dataShape: Shape }): Bijector;
  transformer(config: PartConfig, site: { readonly name: string; readonly eventShape: Shape }): Transformer;
  conditioner(
    config: PartConfig,
    site: { readonly name: string; readonly inputShape: Shape; readonly outputShape: Shape },
  ): Conditioner;
  distribution(config: PartConfig, site: { readonly name: string; readonly eventShape: Shape }): Distribution;
  /** A fault of shapes while building: an E_SPEC_SHAPE error at this path, to be thrown. */
  shapeError(summary: string, details?: ErrorDetails): FlowzooError;
}

/** What `create` of a bijector gets. */
export interface BijectorBuild extends Build {
  /** Event shape that arrives from the data side. */
  readonly dataShape: Shape;
}

/** What `create` of a transformer gets. */
export interface TransformerBuild extends Build {
  /** Event shape of what is transformed; features (or channels) on the last axis. */
  readonly eventShape: Shape;
}

/** What `create` of a conditioner gets. */
export interface ConditionerBuild extends Build {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** What `create` of a distribution gets. */
export interface DistributionBuild extends Build {
  readonly eventShape: Shape;
}
