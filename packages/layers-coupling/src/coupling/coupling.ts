import {
  BijectorBase,
  sizeOf,
  sumEvent,
  type Conditioner,
  type Mapped,
  type ScalarMapped,
  type Shape,
  type StateValues,
  type Structure,
  type Transformer,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Partition } from '../masks/partition.ts';

/** Parts of a {@link Coupling}; the layer owns them. */
export interface CouplingOptions {
  /** Registry id; default: `coupling`. */
  readonly type?: string;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  readonly dataShape: Shape;
  readonly partition: Partition;
  readonly transformer: Transformer;
  /** From the kept part to `[..., features · P]`, the parameters of a feature side by side. */
  readonly conditioner: Conditioner;
  /** Transforms the kept part by parameters of its own, which depend on nothing. */
  readonly unconditional?: Transformer;
}

/**
 * A coupling layer: one part of the event stays and drives the bijection of the other part.
 *
 * x_I = z_I, x_T = g(z_T; θ(x_I)), log|det ∂x/∂z| = Σ_T log|g′|; both directions are one pass. Kept elements are equal bit
 * for bit. With an `unconditional` transformer h the kept part becomes x_I = h(z_I) with free parameters, and θ still
 * sees x_I (Durkan et al. 2019, section 4).
 *
 * Variables: those of `conditioner` and `transformer`, and `unconditionalParameters`, `[features, P]`, zero at the start.
 * State: `identity` and `transform` (index lists on the last axis), or `mask` `[H, W]` (1 where a pixel stays).
 *
 * Dinh et al. 2015 (NICE), section 3.2; Dinh et al. 2017 (Real NVP), eq. 7 and 9.
 *
 * @example
 * const layer = registry.bijector(
 *   { type: 'affine-coupling', mask: 'alternating', conditioner: { type: 'mlp', hidden: [64, 64] } },
 *   { dataShape: [6] },
 * );
 * const { value: z, logDet } = layer.inverse(x); // [batch, 6], [batch]
 */
export class Coupling extends BijectorBase {
  readonly #conditioner: Conditioner;
  readonly #transformer: Transformer;
  readonly #unconditional: Transformer | null;
  readonly #free: tf.Variable | null;
  #partition: Partition;

  constructor(options: CouplingOptions) {
    const { partition, transformer, conditioner, unconditional = null } = options;
    super({
      type: options.type ?? 'coupling',
      path: options.path ?? '',
      dataShape: options.dataShape,
      contextSize: conditioner.contextSize,
      traits: { constantLogDet: transformer.constantLogDet && (unconditional?.constantLogDet ?? true) },
    });
    this.#partition = partition;
    for (const [name, { values, shape }] of partition.saved) {
      this.addState(name, tf.tensor(values, [...shape], 'int32'));
    }
    this.#conditioner = this.addChild('conditioner', conditioner);
    this.#transformer = this.addChild('transformer', transformer);
    this.#unconditional = unconditional === null ? null : this.addChild('unconditional', unconditional);
    this.#free =
      unconditional === null || sizeOf(partition.keptShape) === 0
        ? null
        : this.addVariable(
            'unconditionalParameters',
            tf.zeros([partition.keptShape.at(-1)!, unconditional.parameterCount]),
          );
  }

  override get structure(): Structure | undefined {
    return this.#free === null ? { kind: 'coupling', identity: this.#partition.identity } : undefined;
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    this.#partition = this.#partition.restored(values, this.place);
  }

  /** Hands data-dependent initialization down to a conditioner that has one; returns z, which the caller disposes. */
  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      const { kept } = this.#partition.split(x);
      this.#conditioner.initialize?.(kept, context);
      return this.computeInverse(x, context).value;
    });
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { kept, changed } = this.#partition.split(z);
    const free = this.#transformKept(kept, 'forward');
    const mapped = this.#transformer.forward(changed, this.#parameters(free?.value ?? kept, context));
    return this.#joined(kept, free, mapped);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { kept, changed } = this.#partition.split(x);
    const mapped = this.#transformer.inverse(changed, this.#parameters(kept, context));
    return this.#joined(kept, this.#transformKept(kept, 'inverse'), mapped);
  }

  /** `[batch, ...changedShape, P]`; zero for elements that do not change, so that none of them can spoil the others. */
  #parameters(kept: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const raw = this.#conditioner.apply(kept, context);
    const shape = [raw.shape[0]!, ...this.#partition.changedShape, this.#transformer.parameterCount];
    return this.#partition.onlyChanged(tf.reshape(raw, shape));
  }

  #transformKept(kept: tf.Tensor, direction: 'forward' | 'inverse'): ScalarMapped | null {
    if (this.#unconditional === null || this.#free === null) return null;
    const parameters = tf.add(tf.zeros([...kept.shape, 1]), this.#free);
    const mapped = this.#unconditional[direction](kept, parameters);
    return {
      value: this.#partition.onlyKept(mapped.value),
      logDerivative: this.#partition.onlyKept(mapped.logDerivative),
    };
  }

  #joined(kept: tf.Tensor, free: ScalarMapped | null, mapped: ScalarMapped): Mapped {
    const value = this.#partition.join({ kept: free?.value ?? kept, changed: mapped.value });
    const logDet = sumEvent(this.#partition.onlyChanged(mapped.logDerivative));
    return { value, logDet: free === null ? logDet : tf.add(logDet, sumEvent(free.logDerivative)) };
  }
}
