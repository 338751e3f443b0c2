import {
  PartBase,
  type Direction,
  type PartConfig,
  type ScalarMapped,
  type Transformer,
  type TransformerDefinition,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Options of {@link Gated}. */
export interface GatedOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** The direction in which the formula is closed. Default: `forward`, x = g·z + (1 − g)·m. */
  readonly direction?: Direction;
  /** Added to the raw gate: how far open it starts. Default: 2. */
  readonly offset?: number;
}

/**
 * The gated update of inverse autoregressive flows, which works as the cell of an LSTM does: x = g·z + (1 − g)·m with
 * g = σ(raw + offset), log|∂x/∂z| = log g; two parameters per scalar, packed [m, gate].
 *
 * A gate lies in (0, 1): such a layer only contracts, and shares of m come in as shares of z leave. With offset 1 or 2 it
 * starts nearly open. Zero parameters are a scale by σ(offset).
 *
 * Kingma et al. 2016 (Improving Variational Inference with Inverse Autoregressive Flow), the numerically stable form.
 *
 * @example
 * { "type": "iaf", "transformer": { "type": "gated", "offset": 1 } }
 */
export class Gated extends PartBase implements Transformer {
  readonly parameterCount = 2;
  readonly constantLogDet = false;
  readonly #direction: Direction;
  readonly #offset: number;

  constructor(options: GatedOptions = {}) {
    super('gated', options.path ?? '');
    this.#direction = options.direction ?? 'forward';
    this.#offset = options.offset ?? 2;
  }

  /** What is computed, for kernels that compute it themselves. */
  get form(): { readonly direction: Direction; readonly offset: number } {
    return { direction: this.#direction, offset: this.#offset };
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(z, parameters, 'forward');
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(x, parameters, 'inverse');
  }

  #mapped(input: tf.Tensor, parameters: tf.Tensor, direction: Direction): ScalarMapped {
    const mean = column(parameters, 0);
    const raw = tf.add(column(parameters, 1), this.#offset);
    const logGate = tf.neg(tf.softplus(tf.neg(raw)));
    if (direction === this.#direction) {
      const value = tf.add(tf.mul(tf.sigmoid(raw), input), tf.mul(tf.sigmoid(tf.neg(raw)), mean));
      return { value, logDerivative: logGate };
    }
    // z = (x − (1 − g)·m)/g; (1 − g)/g is e^(−raw), which does not cancel where g is near 1.
    const value = tf.sub(tf.mul(input, tf.exp(tf.neg(logGate))), tf.mul(tf.exp(tf.neg(raw)), mean));
    return { value, logDerivative: tf.neg(logGate) };
  }
}

/** One of the parameters on the last axis: `[..., P]` → `[...]`. */
function column(parameters: tf.Tensor, index: number): tf.Tensor {
  const shape = parameters.shape.slice(0, -1);
  return tf.reshape(tf.slice(parameters, [...shape.map(() => 0), index], [...shape, 1]), shape);
}

interface GatedConfig extends PartConfig {
  readonly direction: Direction;
  readonly offset: number;
}

/** The registry's entry for `gated`. */
export const gatedDefinition: TransformerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'The gated update of inverse autoregressive flows, g x + (1 − g) m; packed [m, gate].',
    properties: {
      direction: {
        enum: ['inverse', 'forward'],
        default: 'forward',
        description:
          'The direction of the formula: "forward" is x = g z + (1 − g) m, "inverse" is z = g x + (1 − g) m.',
      },
      offset: { type: 'number', default: 2, description: 'Added to the raw gate: how far open it starts.' },
    },
  },
  create: ({ direction, offset }: GatedConfig, build) => new Gated({ path: build.path, direction, offset }),
};
