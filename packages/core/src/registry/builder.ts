import type { Bijector } from '../contracts/bijector.ts';
import type { Part } from '../contracts/part.ts';
import { formatShape, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { Random } from '../random/random.ts';
import type { PartTables } from '../spec/composed-schema.ts';
import { joinPath } from '../spec/faults.ts';
import type { Build, LayerConfig } from './build.ts';
import type { PartConfig, PartKind } from './plugin.ts';

/** What is the same for every part of one model. */
export interface BuilderOptions {
  readonly tables: PartTables;
  readonly contextSize: number;
  /** The stream of the spec's seed; each part gets the fork of its path. */
  readonly random: Random;
}

type Shapes = Readonly<Record<string, Shape>>;

/** Builds validated configurations. A build that fails disposes what it had built. */
export class Builder {
  readonly #options: BuilderOptions;
  readonly #built: Part[] = [];

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** Runs a build; when it throws, every part built so far is disposed. */
  run<P extends Part>(kind: PartKind, config: PartConfig, at: { readonly path: string; readonly shapes: Shapes }): P {
    try {
      return this.#make<P>(kind, config, at.path, at.shapes);
    } catch (error) {
      for (const part of this.#built) part.dispose();
      throw error;
    }
  }

  #make<P extends Part>(kind: PartKind, config: PartConfig, path: string, shapes: Shapes): P {
    const definition = this.#options.tables[kind].get(config.type);
    if (definition === undefined) {
      throw new FlowzooError('E_UNKNOWN_TYPE', `no ${kind} is called "${config.type}"`, { at: path });
    }
    const build = { ...this.site(path), ...shapes };
    const part = definition.create(config, build as never) as P | undefined;
    if (typeof part?.dispose !== 'function') {
      throw new FlowzooError('E_PLUGIN', `"${config.type}" was not built: its create() must return the part`, {
        at: path,
        expected: `a ${kind}`,
        found: part === undefined ? 'nothing' : typeof part,
        remedy: 'Tell the author of the plugin',
      });
    }
    this.#built.push(part);
    return part;
  }

  /** What `create` is given at a path, shapes apart. */
  site(path: string): Build {
    return {
      path,
      random: this.#options.random.fork(path),
      contextSize: this.#options.contextSize,
      layers: (configs, { name, dataShape }) => this.#layers(configs, joinPath(path, name), dataShape),
      bijector: (config, { name, ...shapes }) => this.#make('bijector', config, joinPath(path, name), shapes),
      transformer: (config, { name, ...shapes }) => this.#make('transformer', config, joinPath(path, name), shapes),
      conditioner: (config, { name, ...shapes }) => this.#make('conditioner', config, joinPath(path, name), shapes),
      distribution: (config, { name, ...shapes }) => this.#make('distribution', config, joinPath(path, name), shapes),
      shapeError: (summary, details) => new FlowzooError('E_SPEC_SHAPE', summary, { at: path, ...details }),
    };
  }

  #layers(configs: readonly LayerConfig[], path: string, dataShape: Shape): Bijector[] {
    const layers: Bijector[] = [];
    let shape = dataShape;
    const append = (list: readonly LayerConfig[], at: string): void => {
      for (const [index, config] of list.entries()) {
        const place = `${at}[${index}]`;
        if ('repeat' in config) {
          for (let k = 0; k < config.repeat; k++) append(config.layers, `${place}[${k}].layers`);
          continue;
        }
        const layer = this.#make<Bijector>('bijector', config, place, { dataShape: shape });
        if (formatShape(layer.dataShape) !== formatShape(shape)) {
          throw new FlowzooError('E_SPEC_SHAPE', `"${config.type}" does not take the shape that arrives`, {
            at: place,
            expected: formatShape(layer.dataShape),
            found: formatShape(shape),
          });
        }
        layers.push(layer);
        shape = layer.latentShape;
      }
    };
    append(configs, path);
    return layers;
  }
}
