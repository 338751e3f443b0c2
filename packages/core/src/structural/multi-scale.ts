import * as tf from '@tensorflow/tfjs';
import { contextSizeOf, forwardThrough, initializeThrough, inverseThrough } from '../composition/through.ts';
import { combineTraits } from '../composition/traits.ts';
import type { Bijector, BijectorTraits, Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { formatShape, sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { LayerConfig } from '../registry/build.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import { channelSplit, joinChannels, splitChannels, type ChannelSplit, type Half } from './channel-split.ts';

/** Options of {@link MultiScale}. */
export interface MultiScaleOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Layers of each level, data side first; what a level keeps is the data of the next one. */
  readonly levels: readonly (readonly Bijector[])[];
  /** Which channels stay in the flow after a level. Default: `first`. */
  readonly keep?: Half;
}

/** One group of latents of a {@link MultiScale}. */
export interface NamedLatent {
  /** `level 0`, `level 1`, … from the finest; the last one is what remained in the flow to its end. */
  readonly name: string;
  /** `[batch, ...shape]`; the caller disposes. */
  readonly value: tf.Tensor;
}

/**
 * The multi-scale architecture of Real NVP: after every level but the last, half of the channels leave as latents and the
 * other half goes on.
 *
 * (z⁽ⁱ⁺¹⁾, h⁽ⁱ⁺¹⁾) = f⁽ⁱ⁺¹⁾(h⁽ⁱ⁾), z⁽ᴸ⁾ = f⁽ᴸ⁾(h⁽ᴸ⁻¹⁾), z = (z⁽¹⁾, …, z⁽ᴸ⁾); Dinh et al. 2017, eq. 13–16. The log-dets of the
 * levels add up. `latentShape` is flat, `[D]`: the parts that left, each row-major, in their order, then the rest;
 * {@link MultiScale.split} gives them back by name and shape. Of an odd number of channels the smaller half leaves.
 *
 * Every level brings its own squeeze, if it has one. The composite owns its layers; their names are `levels.0.0`, ….
 *
 * @throws E_SPEC_SHAPE when a level ends with a single channel, or two levels do not fit
 * @example
 * { "type": "multi-scale", "levels": [{ "layers": [{ "type": "squeeze" }] }, { "layers": [{ "type": "squeeze" }] }] }
 */
export class MultiScale extends BijectorBase {
  readonly levels: readonly (readonly Bijector[])[];
  readonly #splits: readonly ChannelSplit[];
  readonly #parts: readonly Shape[];

  constructor(options: MultiScaleOptions) {
    const { dataShape, levels, path = '', keep = 'first' } = options;
    super({
      type: 'multi-scale',
      path,
      dataShape,
      latentShape: [sizeOf(dataShape)],
      contextSize: contextSizeOf(levels.flat()),
    });
    const splits: ChannelSplit[] = [];
    const parts: Shape[] = [];
    let shape = dataShape;
    for (const [index, layers] of levels.entries()) {
      const place = `${this.place}, levels[${index}]`;
      shape = shapeAfter(layers, shape, place);
      if (index === levels.length - 1) break;
      const split = channelSplit(shape, { keep, place });
      splits.push(split);
      parts.push(split.leavingShape);
      shape = split.keptShape;
    }
    this.levels = levels;
    this.#splits = splits;
    this.#parts = [...parts, shape];
    for (const [level, layers] of levels.entries()) {
      layers.forEach((layer, index) => this.addChild(`levels.${level}.${index}`, layer));
    }
  }

  override get traits(): BijectorTraits {
    return combineTraits(this.levels.flat());
  }

  /** Event shapes of the groups of latents, in their order. */
  get parts(): readonly Shape[] {
    return this.#parts;
  }

  /** Flat latents `[batch, D]` as a named list, shapes restored. The caller disposes every value. */
  split(z: tf.Tensor): readonly NamedLatent[] {
    this.check('z', z, undefined);
    const values = tf.tidy(() => this.#separate(z));
    return values.map((value, level) => ({ name: `level ${level}`, value }));
  }

  /** The opposite of {@link MultiScale.split}: latents by level → `[batch, D]`. The caller disposes. @throws E_EVENT_SHAPE */
  join(values: readonly tf.Tensor[]): tf.Tensor {
    this.assertAlive();
    const shapes = values.map((value) => formatShape(value.shape.slice(1)));
    const expected = this.#parts.map(formatShape);
    if (shapes.join() !== expected.join()) {
      throw new FlowzooError('E_EVENT_SHAPE', 'these are not the latents of the levels', {
        at: this.place,
        expected: expected.join(' '),
        found: shapes.join(' ') || 'none',
      });
    }
    return tf.tidy(() => flattened(values));
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      const parts: tf.Tensor[] = [];
      let kept = x;
      for (const [index, layers] of this.levels.entries()) {
        const value = initializeThrough(layers, kept, context);
        kept = this.#factorOut(value, index, parts);
      }
      return flattened(parts);
    });
  }

  protected override computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const parts: tf.Tensor[] = [];
    let kept = x;
    let logDet: tf.Tensor = tf.zeros([x.shape[0]!]);
    for (const [index, layers] of this.levels.entries()) {
      const mapped = inverseThrough(layers, kept, context);
      logDet = tf.add(logDet, mapped.logDet);
      kept = this.#factorOut(mapped.value, index, parts);
    }
    return { value: flattened(parts), logDet };
  }

  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const parts = this.#separate(z);
    let logDet: tf.Tensor = tf.zeros([z.shape[0]!]);
    let value = parts.at(-1)!;
    for (const [index, layers] of [...this.levels.entries()].toReversed()) {
      const split = this.#splits[index];
      const whole = split === undefined ? value : joinChannels({ kept: value, leaving: parts[index]! }, split);
      const mapped = forwardThrough(layers, whole, context);
      logDet = tf.add(logDet, mapped.logDet);
      value = mapped.value;
    }
    return { value, logDet };
  }

  /** Adds what leaves after a level to `parts`, and returns what stays; after the last level all of it leaves. */
  #factorOut(value: tf.Tensor, level: number, parts: tf.Tensor[]): tf.Tensor {
    const split = this.#splits[level];
    if (split === undefined) {
      parts.push(value);
      return value;
    }
    const { kept, leaving } = splitChannels(value, split);
    parts.push(leaving);
    return kept;
  }

  #separate(z: tf.Tensor): tf.Tensor[] {
    const batch = z.shape[0]!;
    // tfjs has no gradient for a split into one part.
    const flat = this.#parts.length === 1 ? [z] : tf.split(z, this.#parts.map(sizeOf), 1);
    return flat.map((part, index) => tf.reshape(part, [batch, ...this.#parts[index]!]));
  }
}

function flattened(parts: readonly tf.Tensor[]): tf.Tensor {
  const rows = parts.map((part) => tf.reshape(part, [part.shape[0]!, sizeOf(part.shape.slice(1))]));
  return tf.concat(rows, 1);
}

function shapeAfter(layers: readonly Bijector[], dataShape: Shape, place: string): Shape {
  let shape = dataShape;
  for (const layer of layers) {
    if (formatShape(layer.dataShape) !== formatShape(shape)) {
      throw new FlowzooError('E_SPEC_SHAPE', `"${layer.type}" does not take the shape that arrives`, {
        at: place,
        expected: formatShape(layer.dataShape),
        found: formatShape(shape),
      });
    }
    shape = layer.latentShape;
  }
  return shape;
}

interface MultiScaleConfig extends PartConfig {
  readonly levels: readonly { readonly layers: readonly LayerConfig[] }[];
  readonly keep: Half;
}

/** `multi-scale` as specs name it: its options, and how it is built. */
export const multiScaleDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Levels of layers; after each but the last, half of the channels leave as latents. Latents are flat.',
    properties: {
      levels: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            layers: { part: 'layers', description: 'Layers of the level, data side first, squeeze included.' },
          },
          required: ['layers'],
          additionalProperties: false,
        },
        description: 'From the finest scale to the coarsest.',
      },
      keep: {
        enum: ['first', 'second'],
        default: 'first',
        description: 'Which half of the channels goes on after a level; the other one leaves.',
      },
    },
    required: ['levels'],
  },
  create(config: MultiScaleConfig, build) {
    const levels: Bijector[][] = [];
    let dataShape = build.dataShape;
    for (const [index, { layers: configs }] of config.levels.entries()) {
      const name = `levels[${index}].layers`;
      const layers = build.layers(configs, { name, dataShape });
      levels.push(layers);
      dataShape = layers.at(-1)?.latentShape ?? dataShape;
      if (index === config.levels.length - 1) break;
      dataShape = channelSplit(dataShape, { keep: config.keep, place: `${build.path}.levels[${index}]` }).keptShape;
    }
    return new MultiScale({ dataShape: build.dataShape, path: build.path, levels, keep: config.keep });
  },
};
