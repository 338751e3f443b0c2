import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { StateValues } from '../contracts/part.ts';
import type { Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { permuteLast } from '../ops/index.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';

/** Options of {@link Permutation}. */
export interface PermutationOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** z[i] = x[order[i]]. */
  readonly order: ArrayLike<number>;
  /** Axis of the event that is permuted; negative counts from the end. Default: −1, features or channels. */
  readonly axis?: number;
}

/**
 * Reorders one axis: z[i] = x[order[i]] from data to latents, the inverse order back. The log-det is 0.
 *
 * The order is the state entry `order` and travels with the weights: a random one is drawn once, from the spec's seed,
 * and never again after loading.
 *
 * @throws E_OPTION when the order is no permutation or the axis does not exist, E_SPEC_SHAPE when its length is not that
 * of the axis
 * @example
 * const layer = new Permutation({ dataShape: [3], order: [2, 0, 1] });
 * const { value: z } = layer.inverse(tf.tensor2d([[10, 20, 30]])); // [[30, 10, 20]]
 */
export class Permutation extends BijectorBase {
  readonly #axis: number;
  #order: readonly number[];
  #inverseOrder: readonly number[];

  constructor(options: PermutationOptions) {
    super({
      type: 'permutation',
      path: options.path ?? '',
      dataShape: options.dataShape,
      traits: { constantLogDet: true },
    });
    this.#axis = eventAxis(options.axis ?? -1, options.dataShape, this.place);
    this.#order = checkedOrder(options.order, { length: this.dataShape[this.#axis]!, place: this.place });
    this.#inverseOrder = invertOrder(this.#order);
    this.addState('order', tf.tensor1d(Int32Array.from(this.#order), 'int32'));
  }

  /** z[i] = x[order[i]] along the permuted axis. */
  get order(): readonly number[] {
    return this.#order;
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    const loaded = values.get('order');
    if (loaded === undefined) return;
    this.#order = checkedOrder(loaded, { length: this.dataShape[this.#axis]!, place: this.place });
    this.#inverseOrder = invertOrder(this.#order);
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    return { value: this.#permute(z, this.#inverseOrder), logDet: tf.zeros([z.shape[0]!]) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    return { value: this.#permute(x, this.#order), logDet: tf.zeros([x.shape[0]!]) };
  }

  #permute(tensor: tf.Tensor, order: readonly number[]): tf.Tensor {
    const axis = this.#axis + 1;
    const last = tensor.rank - 1;
    if (axis === last) return permuteLast(tensor, order);
    // Exchanging two axes is its own inverse.
    const exchange = Array.from({ length: tensor.rank }, (_, i) => (i === axis ? last : i === last ? axis : i));
    return tf.transpose(permuteLast(tf.transpose(tensor, exchange), order), exchange);
  }
}

function eventAxis(axis: number, shape: Shape, place: string): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(index) && index >= 0 && index < shape.length) return index;
  throw new FlowzooError('E_OPTION', '"axis" is no axis of the event', {
    at: place,
    expected: shape.length === 0 ? 'an event with an axis' : `${-shape.length} … ${shape.length - 1}`,
    found: String(axis),
  });
}

function checkedOrder(
  order: ArrayLike<number>,
  expected: { readonly length: number; readonly place: string },
): readonly number[] {
  const { length, place } = expected;
  const list = Array.from(order);
  if (list.length !== length) {
    throw new FlowzooError('E_SPEC_SHAPE', '"order" has another length than the axis it permutes', {
      at: place,
      expected: String(length),
      found: String(list.length),
    });
  }
  const sorted = list.toSorted((a, b) => a - b);
  const missing = sorted.findIndex((value, index) => value !== index);
  if (missing >= 0) {
    throw new FlowzooError('E_OPTION', '"order" must contain every index once', {
      at: place,
      expected: `the numbers 0 … ${length - 1}`,
      found: `[${list.join(', ')}]`,
    });
  }
  return list;
}

function invertOrder(order: readonly number[]): readonly number[] {
  const inverse = Array.from(order);
  order.forEach((from, to) => (inverse[from] = to));
  return inverse;
}

interface PermutationConfig extends PartConfig {
  readonly order: 'random' | 'reverse' | readonly number[];
  readonly axis: number;
}

/** `permutation` as specs name it: its options, and how it is built. */
export const permutationDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Reorders one axis; the order is stored with the weights.',
    properties: {
      order: {
        type: ['string', 'array'],
        pattern: '^(random|reverse)$',
        items: { type: 'integer', minimum: 0 },
        default: 'random',
        description: "'random' (drawn from the spec's seed), 'reverse', or the indices: z[i] = x[order[i]].",
      },
      axis: {
        type: 'integer',
        default: -1,
        description: 'Axis of the event that is permuted; negative counts from the end, -1 is features or channels.',
      },
    },
  },
  create(config: PermutationConfig, build) {
    const length = build.dataShape[eventAxis(config.axis, build.dataShape, build.path)]!;
    let order: ArrayLike<number>;
    if (config.order === 'random') order = build.random.permutation(length);
    else if (config.order === 'reverse') order = Array.from({ length }, (_, i) => length - 1 - i);
    else order = config.order as readonly number[];
    return new Permutation({ dataShape: build.dataShape, path: build.path, order, axis: config.axis });
  },
};
