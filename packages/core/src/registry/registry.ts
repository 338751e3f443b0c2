import type { Bijector } from '../contracts/bijector.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { Distribution } from '../contracts/distribution.ts';
import type { Part } from '../contracts/part.ts';
import type { Shape } from '../contracts/shape.ts';
import type { Transformer } from '../contracts/transformer.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { Flow } from '../composition/flow.ts';
import { core } from '../plugin.ts';
import { Random } from '../random/random.ts';
import { SpecChecker } from '../spec/check.ts';
import { composedSchema } from '../spec/composed-schema.ts';
import { formatFault, type SpecFault } from '../spec/faults.ts';
import { checkLimits } from '../spec/limits.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { acceptPlugin } from './accept-plugin.ts';
import { Builder } from './builder.ts';
import type { JsonSchema, PartConfig, PartDefinition, PartKind, Plugin } from './plugin.ts';

/** A distribution together with the spec it was built from, defaults written out. */
export type Model<D extends Distribution = Distribution> = D & { readonly spec: ModelSpec };

/** The usual model: a flow. */
export type FlowModel = Model<Flow>;

/** Where a single part is built, outside any spec. */
export interface PartSite {
  /** Default: 0. */
  readonly seed?: number;
  /** Default: 0. */
  readonly contextSize?: number;
  /** Default: the type. */
  readonly path?: string;
}

/**
 * The types that specs can name: core's own and those of the plugins it was given.
 *
 * @example
 * const registry = createRegistry().use(coupling);
 * const flow = registry.build<FlowModel>(spec);
 */
export interface Registry {
  /** Adds a plugin; the same one twice is fine. @throws E_PLUGIN, E_PLUGIN_CONTRACT, E_PLUGIN_CONFLICT */
  use(plugin: Plugin): Registry;
  /** Registered plugins: name → version. */
  readonly plugins: ReadonlyMap<string, string>;
  /** The registered type ids of a kind. */
  types(kind: PartKind): readonly string[];
  /** One JSON Schema for whole specs, for editors. */
  schema(): JsonSchema;
  /** All faults of a document; empty when it can be built (shapes apart). @throws E_PLUGIN when a plugin's schema is faulty */
  check(spec: unknown): readonly SpecFault[];
  /** A copy with migrations applied and every default written out. @throws E_SPEC, E_UNKNOWN_TYPE, E_REQUIRES, … */
  normalize(spec: unknown): ModelSpec;
  /** Builds a model with freshly initialized weights. The caller disposes it. @throws as normalize, and E_SPEC_SHAPE */
  build<M extends Model = Model>(spec: unknown): M;
  /** One layer on its own. */
  bijector(config: PartConfig, site: PartSite & { readonly dataShape: Shape }): Bijector;
  transformer(config: PartConfig, site: PartSite & { readonly eventShape: Shape }): Transformer;
  conditioner(
    config: PartConfig,
    site: PartSite & { readonly inputShape: Shape; readonly outputShape: Shape },
  ): Conditioner;
  distribution(config: PartConfig, site: PartSite & { readonly eventShape: Shape }): Distribution;
}

type Tables = Record<PartKind, Map<string, PartDefinition<unknown, never>>>;

/** An empty registry but for core's own parts. Plugins are added explicitly: importing a package has no effect. */
export function createRegistry(): Registry {
  return new PluginRegistry().use(core);
}

class PluginRegistry implements Registry {
  readonly #tables: Tables = {
    bijector: new Map(),
    transformer: new Map(),
    conditioner: new Map(),
    distribution: new Map(),
  };
  readonly #owners = new Map<string, string>();
  readonly plugins = new Map<string, string>();
  readonly #checker = new SpecChecker({ tables: this.#tables, plugins: this.plugins });

  use(value: Plugin): Registry {
    const plugin = acceptPlugin(value);
    const registered = this.plugins.get(plugin.name);
    if (registered === plugin.version) return this;
    if (registered !== undefined) {
      throw new FlowzooError('E_PLUGIN_CONFLICT', `two versions of ${plugin.name} in one registry`, {
        expected: `${plugin.name}@${registered}, which is registered`,
        found: `${plugin.name}@${plugin.version}`,
        remedy: `Keep one: npm ls ${plugin.name} shows who brings which, npm dedupe joins them`,
      });
    }
    this.#assertFree(plugin);
    this.plugins.set(plugin.name, plugin.version);
    for (const [kind, type, definition] of entriesOf(plugin)) {
      this.#tables[kind].set(type, definition);
      this.#owners.set(`${kind} ${type}`, plugin.name);
    }
    return this;
  }

  types(kind: PartKind): readonly string[] {
    return [...this.#tables[kind].keys()];
  }

  schema(): JsonSchema {
    return composedSchema(this.#tables);
  }

  check(spec: unknown): readonly SpecFault[] {
    const beyond = checkLimits(spec);
    return beyond.length > 0 ? beyond : this.#checker.checkSpec(structuredClone(spec));
  }

  normalize(spec: unknown): ModelSpec {
    throwFaults(checkLimits(spec), 'the spec cannot be used');
    const copy = structuredClone(spec);
    throwFaults(this.#checker.checkSpec(copy), 'the spec cannot be used');
    return { ...(copy as ModelSpec), requires: this.#requirements((copy as ModelSpec).requires ?? {}) };
  }

  build<M extends Model>(spec: unknown): M {
    const normalized = this.normalize(spec);
    const builder = this.#builder(normalized.seed ?? 0, normalized.context ?? 0);
    const model = builder.run<Distribution>('distribution', normalized.model, {
      path: '',
      shapes: { eventShape: normalized.event },
    });
    return Object.defineProperty(model, 'spec', { value: normalized, enumerable: true }) as M;
  }

  bijector(config: PartConfig, site: PartSite & { readonly dataShape: Shape }): Bijector {
    return this.#single('bijector', config, site, { dataShape: site.dataShape });
  }

  transformer(config: PartConfig, site: PartSite & { readonly eventShape: Shape }): Transformer {
    return this.#single('transformer', config, site, { eventShape: site.eventShape });
  }

  conditioner(
    config: PartConfig,
    site: PartSite & { readonly inputShape: Shape; readonly outputShape: Shape },
  ): Conditioner {
    return this.#single('conditioner', config, site, { inputShape: site.inputShape, outputShape: site.outputShape });
  }

  distribution(config: PartConfig, site: PartSite & { readonly eventShape: Shape }): Distribution {
    return this.#single('distribution', config, site, { eventShape: site.eventShape });
  }

  #single<P extends Part>(
    kind: PartKind,
    config: PartConfig,
    site: PartSite,
    shapes: Readonly<Record<string, Shape>>,
  ): P {
    const path = site.path ?? config.type;
    throwFaults(checkLimits(config), `the ${kind} cannot be built`);
    const copy = structuredClone(config);
    throwFaults(this.#checker.checkPart(kind, copy, path), `the ${kind} cannot be built`);
    return this.#builder(site.seed ?? 0, site.contextSize ?? 0).run<P>(kind, copy, { path, shapes });
  }

  /** What the document states, and the registered version of every other plugin it uses. */
  #requirements(stated: Readonly<Record<string, string>>): Record<string, string> {
    const requires = { ...stated };
    for (const part of this.#checker.met) {
      const owner = this.#owners.get(part)!;
      if (owner !== core.name) requires[owner] ??= `^${this.plugins.get(owner)!}`;
    }
    return requires;
  }

  #builder(seed: number, contextSize: number): Builder {
    return new Builder({ tables: this.#tables, contextSize, random: new Random(seed) });
  }

  #assertFree(plugin: Plugin): void {
    for (const [kind, type] of entriesOf(plugin)) {
      const owner = this.#owners.get(`${kind} ${type}`);
      if (owner === undefined) continue;
      throw new FlowzooError('E_PLUGIN_CONFLICT', `two plugins register the ${kind} "${type}"`, {
        expected: `${owner}, which is registered`,
        found: plugin.name,
        remedy: "Leave one out, or ask its author to prefix the type with the package's name",
      });
    }
  }
}

function entriesOf(plugin: Plugin): [PartKind, string, PartDefinition<unknown, never>][] {
  const tables = {
    bijector: plugin.bijectors,
    transformer: plugin.transformers,
    conditioner: plugin.conditioners,
    distribution: plugin.distributions,
  };
  return Object.entries(tables).flatMap(([kind, table]) =>
    Object.entries(table ?? {}).map(([type, definition]): [PartKind, string, PartDefinition<unknown, never>] => [
      kind as PartKind,
      type,
      definition as PartDefinition<unknown, never>,
    ]),
  );
}

function throwFaults(faults: readonly SpecFault[], summary: string): void {
  if (faults.length === 0) return;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  throw new FlowzooError(faults[0]!.code, `${summary}, ${count}:`, { faults: faults.map(formatFault) });
}
