import {
  BijectorBase,
  sizeOf,
  sumEvent,
  type Direction,
  type Mapped,
  type Shape,
  type Structure,
  type Transformer,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { incrementalInverse } from '../incremental/incremental-inverse.ts';
import type { Made } from '../made/made.ts';
import { parametersAt, type AutoregressiveMap } from './autoregressive-map.ts';
import { solveImplicitly } from './implicit-gradient.ts';
import type { SequentialInverse } from './sequential-inverse.ts';

/** Parts of a {@link MaskedAutoregressive}; the layer owns them. */
export interface MaskedAutoregressiveOptions {
  /** Registry id: `maf` or `iaf`. */
  readonly type: string;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  readonly dataShape: Shape;
  readonly conditioner: Made;
  readonly transformer: Transformer;
  /** What the conditioner sees: the data (`inverse` is one pass, MAF) or the latents (`forward` is one pass, IAF). */
  readonly onePass: Direction;
  /** How the other direction is computed. Default: {@link incrementalInverse}. */
  readonly solve?: SequentialInverse;
}

/**
 * An autoregressive layer: the parameters of each feature's scalar bijection depend on the features before it.
 *
 * - `maf`, on the data: zᵢ = T⁻¹(xᵢ; θᵢ(x before i)). Density in one pass; sampling one pass per level of the order.
 * - `iaf`, on the latents: xᵢ = T(zᵢ; θᵢ(z before i)). Sampling in one pass, and so the density of its own samples; the
 *   density of foreign points one pass per level.
 *
 * log|det| is the sum of the features' log-derivatives. `traits.passes` says which direction costs how many evaluations of
 * the conditioner: D for an order, fewer for a graph of fewer levels (a coupling has two). Both directions are exact and
 * differentiable, the sequential one implicitly, in constant memory. Events of higher rank are flattened.
 *
 * Variables and state: those of `conditioner` ({@link Made}) and `transformer`.
 *
 * Papamakarios et al. 2017 (Masked Autoregressive Flow), section 3; Kingma et al. 2016 (Inverse Autoregressive Flow).
 *
 * @example
 * const layer = registry.bijector({ type: 'maf', hidden: [100], order: 'reversed' }, { dataShape: [6] });
 * const { value: z, logDet } = layer.inverse(x); // [batch, 6], [batch]
 */
export class MaskedAutoregressive extends BijectorBase {
  readonly #map: AutoregressiveMap;
  readonly #solve: SequentialInverse;

  constructor(options: MaskedAutoregressiveOptions) {
    const { conditioner, transformer, onePass, solve = incrementalInverse } = options;
    const { depth } = conditioner.dependence;
    super({
      type: options.type,
      path: options.path ?? '',
      dataShape: options.dataShape,
      contextSize: conditioner.contextSize,
      traits: {
        passes: { forward: onePass === 'forward' ? 1 : depth, inverse: onePass === 'inverse' ? 1 : depth },
        constantLogDet: transformer.constantLogDet,
      },
    });
    this.addChild('conditioner', conditioner);
    this.addChild('transformer', transformer);
    this.#map = { conditioner, transformer, onePass };
    this.#solve = solve;
  }

  /** The masked network and the transformer. */
  get map(): AutoregressiveMap {
    return this.#map;
  }

  // Loading may replace an order that the seed chose.
  override get structure(): Structure {
    return { kind: 'autoregressive', rank: Array.from(this.#map.conditioner.dependence.levels) };
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped(z, context, 'forward');
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped(x, context, 'inverse');
  }

  #mapped(input: tf.Tensor, context: tf.Tensor | undefined, direction: Direction): Mapped {
    const { transformer, onePass } = this.#map;
    const flat: tf.Tensor2D = tf.reshape(input, [input.shape[0]!, sizeOf(this.dataShape)]);
    if (direction !== onePass) {
      const { value, logDet } = solveImplicitly(this.#map, flat, { context, solve: this.#solve });
      return { value: tf.reshape(value, input.shape), logDet };
    }
    const { value, logDerivative } = transformer[direction](flat, parametersAt(this.#map, flat, context));
    return { value: tf.reshape(value, input.shape), logDet: sumEvent(logDerivative) };
  }
}
