import {
  BijectorBase,
  contextSizeOf,
  FlowzooError,
  sizeOf,
  Squeeze,
  sumEvent,
  type BijectorDefinition,
  type Mapped,
  type PartConfig,
  type Shape,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { assertChannels } from '../assert-channels.ts';
import { NoiseCoupling, noiseHalves, noiseShapes } from './noise-coupling.ts';

/** Parts of a {@link VariationalDequantize}; the layer owns them. */
export interface VariationalDequantizeOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Number of values K that data take, 2 … 65536. Default: 256. */
  readonly levels?: number;
  /** The steps of q, from its noise to u; on {@link noiseSpace} of the data. */
  readonly steps: readonly NoiseCoupling[];
  readonly contextSize?: number;
}

/** Where q works: squeezed where both sides are even, so that pixels of a block see each other. */
export function noiseSpace(dataShape: Shape): Squeeze | null {
  const even = dataShape.length === 3 && dataShape[0]! % 2 === 0 && dataShape[1]! % 2 === 0;
  return even ? new Squeeze({ dataShape }) : null;
}

/**
 * Variational dequantization: z = (x + u) / K, whose noise u comes from a flow q(u|x) that is trained with the model.
 *
 * u = δ + (1 − 2δ) σ(v), v = q's flow of logistic noise, given x; back, x = ⌊K z⌋, clipped. The log-det is
 * −D log K − log q(u|x), so that
 *
 *     E_q[log p((x + u)/K) − log q(u|x)] − D log K ≤ log P(x):
 *
 * `logProb` of a model with this layer is a stochastic lower bound, tight when q is the posterior of u. At the start q is
 * uniform up to δ, which is the bound of `dequantize`; training q raises it. The importance-weighted bound, log-mean-exp over
 * draws, is tighter still: `evaluate(model, data, { draws: 16, combine: 'log-mean-exp' })`. δ is half a cell of the noise that
 * float32 can add to a datum and take away without error.
 *
 * Variables: `steps.<i>.conditioner.*`.
 *
 * Ho et al. 2019 (Flow++); Burda et al. 2016 for the bound by importance weights.
 *
 * @throws E_OPTION when `levels` is no whole number from 2 to 65536
 * @example
 * { "type": "variational-dequantize", "levels": 256, "steps": 2 }
 */
export class VariationalDequantize extends BijectorBase {
  readonly levels: number;
  readonly #margin: number;
  readonly #steps: readonly NoiseCoupling[];
  readonly #space: Squeeze | null;

  constructor(options: VariationalDequantizeOptions) {
    const { dataShape, path = '', levels = 256, contextSize = 0 } = options;
    super({ type: 'variational-dequantize', path, dataShape, contextSize, traits: { lowerBound: true } });
    if (!Number.isInteger(levels) || levels < 2 || levels > 65_536) {
      throw new FlowzooError('E_OPTION', '"levels" is the number of values that data take', {
        at: this.place,
        expected: 'a whole number, 2 … 65536',
        found: String(levels),
      });
    }
    this.levels = levels;
    this.#margin = 0.5 / 2 ** (21 - Math.ceil(Math.log2(levels)));
    this.#space = noiseSpace(dataShape);
    this.#steps = options.steps.map((step, index) => this.addChild(`steps.${index}`, step));
  }

  /** Hands data-dependent initialization down to the networks of q; returns z, which the caller disposes. */
  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      const given = this.#given(x);
      let value: tf.Tensor = this.#noise(given.shape);
      for (const step of this.#steps) {
        step.initialize(value, given, context);
        value = step.map('forward', value, given, context).value;
      }
      return this.inverse(x, context).value;
    });
  }

  /**
   * x → (x + u)/K with the u that q makes of noise 0, the middle of what it draws: the same data give the same values, among
   * those that the model was trained on.
   *
   * @returns `[batch, ...dataShape]`; the caller disposes it.
   */
  middle(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      const given = this.#given(x);
      let value: tf.Tensor = tf.zeros(given.shape);
      for (const step of this.#steps) value = step.map('forward', value, given, context).value;
      return tf.div(tf.add(x, this.#intoCell(value).value), this.levels);
    });
  }

  protected override computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const given = this.#given(x);
    const noise = this.#noise(given.shape);
    let value: tf.Tensor = noise;
    let logQ: tf.Tensor = sumEvent(logLogistic(noise));
    for (const step of this.#steps) {
      const mapped = step.map('forward', value, given, context);
      value = mapped.value;
      logQ = tf.sub(logQ, mapped.logDet);
    }
    const u = this.#intoCell(value);
    const z = tf.div(tf.add(x, u.value), this.levels);
    return { value: z, logDet: tf.neg(tf.add(tf.sub(logQ, u.logDet), this.#logCells)) };
  }

  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const scaled = tf.mul(z, this.levels);
    const x = tf.clipByValue(tf.floor(scaled), 0, this.levels - 1);
    const given = this.#given(x);
    const inner = tf.div(tf.sub(tf.sub(scaled, x), this.#margin), 1 - 2 * this.#margin);
    // Latents that q cannot have made (outside its cell, or on its edge) count as the nearest that it could.
    const inside = tf.clipByValue(inner, 1e-6, 1 - 1e-6);
    const v = this.#squeezed(tf.log(tf.div(inside, tf.sub(1, inside))));
    let value = v;
    let logQ: tf.Tensor = tf.neg(this.#intoCell(v).logDet);
    for (const step of this.#steps.toReversed()) {
      const mapped = step.map('inverse', value, given, context);
      value = mapped.value;
      logQ = tf.add(logQ, mapped.logDet);
    }
    return { value: x, logDet: tf.add(tf.add(logQ, sumEvent(logLogistic(value))), this.#logCells) };
  }

  get #logCells(): number {
    return sizeOf(this.dataShape) * Math.log(this.levels);
  }

  /** Logistic noise, the same within one mode: the sigmoid of it is uniform. */
  #noise(shape: readonly number[]): tf.Tensor {
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.tensor(this.mode.random.fork('noise').logistics(size), [...shape]);
  }

  /** The data as the networks see them, in (−1, 1). */
  #given(x: tf.Tensor): tf.Tensor {
    return this.#squeezed(tf.sub(tf.mul(x, 2 / this.levels), 1));
  }

  #squeezed(image: tf.Tensor): tf.Tensor {
    return this.#space === null ? image : this.#space.inverse(image).value;
  }

  /** u of v and log|det ∂u/∂v|. */
  #intoCell(v: tf.Tensor): Mapped {
    const share = 1 - 2 * this.#margin;
    const u = tf.add(tf.mul(tf.sigmoid(v), share), this.#margin);
    return {
      value: this.#space === null ? u : this.#space.forward(u).value,
      logDet: tf.add(sumEvent(logLogistic(v)), sizeOf(this.dataShape) * Math.log(share)),
    };
  }
}

/** log of the standard logistic density, which is also that of σ′. */
function logLogistic(v: tf.Tensor): tf.Tensor {
  return tf.neg(tf.add(tf.softplus(v), tf.softplus(tf.neg(v))));
}

interface VariationalDequantizeConfig extends PartConfig {
  readonly levels: number;
  readonly steps: number;
  readonly conditioner: PartConfig;
}

/** `variational-dequantize` as specs name it: its options, and how it is built. */
export const variationalDequantizeDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description:
      'z = (x + u) / K with noise u from a trained conditional flow q(u|x): a tighter bound than uniform noise.',
    properties: {
      levels: {
        type: 'integer',
        minimum: 2,
        maximum: 65_536,
        default: 256,
        description: 'Number of values K that data take: 256 for 8-bit images, 32 for 5-bit ones.',
      },
      steps: { type: 'integer', minimum: 1, default: 2, description: 'Coupling steps of q.' },
      conditioner: {
        part: 'conditioner',
        default: { type: 'glow-network', hidden: 32 },
        description:
          'The network of each step, from noise that stays and the image to the parameters of the other noise.',
      },
    },
  },
  create(config: VariationalDequantizeConfig, build) {
    assertChannels(build);
    const { dataShape, path } = build;
    const shape = noiseSpace(dataShape)?.latentShape ?? dataShape;
    const conditioners = Array.from({ length: config.steps }, (_, index) =>
      build.conditioner(config.conditioner, {
        name: `steps[${index}].conditioner`,
        ...noiseShapes(shape, noiseHalves(shape.at(-1)!, index)),
      }),
    );
    const steps = conditioners.map(
      (conditioner, index) =>
        new NoiseCoupling({ path: `${path}.steps[${index}]`, halves: noiseHalves(shape.at(-1)!, index), conditioner }),
    );
    return new VariationalDequantize({
      dataShape,
      path,
      levels: config.levels,
      steps,
      contextSize: contextSizeOf(conditioners),
    });
  },
};
