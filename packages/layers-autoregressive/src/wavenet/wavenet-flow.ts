import * as tf from '@tensorflow/tfjs';
import {
  BijectorBase,
  FlowzooError,
  sumEvent,
  type BijectorBuild,
  type BijectorDefinition,
  type Direction,
  type Mapped,
  type PartConfig,
  type Transformer,
} from '@flowzoo/core';
import { parametersAt, type AutoregressiveMap } from '../masked-autoregressive/autoregressive-map.ts';
import { solveImplicitly } from '../masked-autoregressive/implicit-gradient.ts';
import { ringInverse } from './cached/ring-inverse.ts';
import { waveNetSchema, type WaveNetConfig } from './config.ts';
import { WaveNetConditioner } from './wavenet-conditioner.ts';

/** Parts of a {@link WaveNetFlow}; the layer owns them. */
export interface WaveNetFlowOptions {
  /** Registry id: `wavenet-flow` or `wavenet-iaf`. */
  readonly type: string;
  readonly path: string;
  /** Steps of one signal. */
  readonly time: number;
  readonly contextSize: number;
  readonly conditioner: WaveNetConditioner;
  readonly transformer: Transformer;
  /** What the network sees: the data (`inverse` is one pass) or the latents (`forward` is one pass). */
  readonly onePass: Direction;
}

/**
 * A WaveNet as a flow over real signals: x_t = µ_t + s_t·z_t, with µ and log s from the past.
 *
 * - `wavenet-flow`: from the past of the data, the WaveNet with a Gaussian for each step. The density takes one pass,
 *   drawing T steps with rings.
 * - `wavenet-iaf`: from the past of the latents, the student of Parallel WaveNet. Drawing takes one pass, and so does the
 *   density of what was drawn; the density of foreign signals takes T steps.
 *
 * log|det| = ± Σ_t log s_t. Both directions are exact and differentiable; the gradient through the sequential one takes T
 * passes in constant memory. Another `transformer` in place of the affine one makes another distribution of each step.
 *
 * Variables: those of the network, under `conditioner.network.`, and of the transformer.
 *
 * van den Oord et al. 2016 (WaveNet); van den Oord et al. 2018 (Parallel WaveNet); Ping et al. 2019 (ClariNet).
 *
 * @example
 * { "type": "wavenet-flow", "features": 32, "dilations": [1, 2, 4, 8, 16, 32], "stacks": 2 }
 */
export class WaveNetFlow extends BijectorBase {
  readonly #map: AutoregressiveMap<WaveNetConditioner>;

  constructor(options: WaveNetFlowOptions) {
    const { type, path, time, contextSize, conditioner, transformer, onePass } = options;
    super({
      type,
      path,
      dataShape: [time],
      contextSize,
      traits: {
        passes: { forward: onePass === 'forward' ? 1 : time, inverse: onePass === 'inverse' ? 1 : time },
        constantLogDet: transformer.constantLogDet,
      },
      structure: { kind: 'autoregressive', rank: Array.from({ length: time }, (_, step) => step) },
    });
    this.addChild('conditioner', conditioner);
    this.addChild('transformer', transformer);
    this.#map = { conditioner, transformer, onePass };
  }

  /** How many past steps one step depends on. */
  get receptiveField(): number {
    return this.#map.conditioner.receptiveField;
  }

  /**
   * The parameters of all steps, `[batch, time, P]`, from what the network sees: data for `wavenet-flow`, latents for
   * `wavenet-iaf`. The caller disposes.
   */
  parameters(seen: tf.Tensor, context?: tf.Tensor): tf.Tensor3D {
    this.check('x', seen, context);
    return tf.tidy(() => parametersAt(this.#map, seen as tf.Tensor2D, context));
  }

  /**
   * The distribution of each step where the transformer is affine: x_t = mean + e^logScale·z_t, both `[batch, time]`, from
   * what the network sees. The caller disposes both.
   *
   * @throws E_OPTION for another transformer
   */
  steps(seen: tf.Tensor, context?: tf.Tensor): { readonly mean: tf.Tensor2D; readonly logScale: tf.Tensor2D } {
    this.check('x', seen, context);
    const { transformer } = this.#map;
    if (transformer.type !== 'affine' && transformer.type !== 'additive') {
      throw new FlowzooError('E_OPTION', 'a step has no mean and scale', {
        at: this.place,
        expected: 'an affine or additive transformer',
        found: transformer.type,
      });
    }
    return tf.tidy(() => {
      const parameters = parametersAt(this.#map, seen as tf.Tensor2D, context);
      // An affine map is its value at 0 and its slope.
      const { value, logDerivative } = transformer.forward(tf.zerosLike(seen), parameters);
      const mean = value as tf.Tensor2D;
      const logScale = tf.add(tf.zerosLike(mean), logDerivative) as tf.Tensor2D;
      return { mean, logScale };
    });
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped(z as tf.Tensor2D, context, 'forward');
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped(x as tf.Tensor2D, context, 'inverse');
  }

  #mapped(input: tf.Tensor2D, context: tf.Tensor | undefined, direction: Direction): Mapped {
    const { transformer, onePass } = this.#map;
    if (direction !== onePass) return solveImplicitly(this.#map, input, { context, solve: ringInverse });
    const { value, logDerivative } = transformer[direction](input, parametersAt(this.#map, input, context));
    return { value, logDet: sumEvent(logDerivative) };
  }
}

interface WaveNetFlowConfig extends PartConfig, WaveNetConfig {
  readonly transformer: PartConfig;
}

/** `wavenet-flow` (`onePass: 'inverse'`) or `wavenet-iaf` (`onePass: 'forward'`) as specs name it. */
export function waveNetFlowDefinition(onePass: Direction): BijectorDefinition {
  const sees = onePass === 'inverse' ? 'data: density in one pass' : 'latents: sampling in one pass';
  return {
    version: 1,
    schema: {
      type: 'object',
      description: `A WaveNet over real signals, x = µ + s·z, whose network sees the ${sees}.`,
      properties: {
        transformer: {
          part: 'transformer',
          default: { type: 'affine', direction: 'forward' },
          description: 'The scalar bijection of each step; affine: a Gaussian for each step.',
        },
        ...waveNetSchema,
      },
    },
    create: (config: WaveNetFlowConfig, build) => createLayer(config, onePass, build),
  };
}

function createLayer(config: WaveNetFlowConfig, onePass: Direction, build: BijectorBuild): WaveNetFlow {
  const { dataShape, contextSize, path, random } = build;
  if (dataShape.length !== 1) {
    throw build.shapeError('is a model of signals', { expected: '[time]', found: `[${dataShape.join(', ')}]` });
  }
  const [time] = dataShape as [number];
  const transformer = build.transformer(config.transformer, { name: 'transformer', eventShape: dataShape });
  try {
    const conditioner = new WaveNetConditioner({
      config,
      path: `${path}.conditioner`,
      place: `${path} (${config.type})`,
      time,
      outputs: transformer.parameterCount,
      contextSize,
      random: random.fork('conditioner'),
    });
    return new WaveNetFlow({ type: config.type, path, time, contextSize, conditioner, transformer, onePass });
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}
