import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { Bijector, BijectorTraits, Mapped, Structure } from './bijector.ts';
import { checkArguments } from './check.ts';
import { PartBase } from './part-base.ts';
import { equalShapes, formatBatchShape, formatShape, type Shape } from './shape.ts';

/** What a concrete bijector tells its base class. */
export interface BijectorOptions {
  readonly type: string;
  readonly path: string;
  readonly dataShape: Shape;
  /** Default: `dataShape`. */
  readonly latentShape?: Shape;
  /** Default: 0. */
  readonly contextSize?: number;
  /** What differs from a closed-form, one-pass, deterministic layer. */
  readonly traits?: Partial<BijectorTraits>;
  readonly structure?: Structure | undefined;
}

const PLAIN_TRAITS: BijectorTraits = {
  passes: { forward: 1, inverse: 1 },
  method: { forward: 'exact', inverse: 'exact' },
  constantLogDet: false,
  lowerBound: false,
  batchCoupled: false,
  needsInitialization: false,
};

/**
 * Base class of layers: checks the arguments once, opens the tidy scope, checks what the layer returned.
 *
 * A layer author writes `computeForward` and `computeInverse` and may assume float32 tensors of the declared shapes.
 * A layer whose traits change (after initialization, say) overrides the getter `traits`.
 */
export abstract class BijectorBase extends PartBase implements Bijector {
  readonly dataShape: Shape;
  readonly latentShape: Shape;
  readonly contextSize: number;
  readonly #traits: BijectorTraits;
  readonly #structure: Structure | undefined;

  protected constructor(options: BijectorOptions) {
    super(options.type, options.path);
    this.dataShape = options.dataShape;
    this.latentShape = options.latentShape ?? options.dataShape;
    this.contextSize = options.contextSize ?? 0;
    this.#traits = { ...PLAIN_TRAITS, ...options.traits };
    this.#structure = options.structure;
  }

  get traits(): BijectorTraits {
    return this.#traits;
  }

  get structure(): Structure | undefined {
    return this.#structure;
  }

  forward(z: tf.Tensor, context?: tf.Tensor): Mapped {
    this.check('z', z, context);
    return this.#run(z.shape[0]!, this.dataShape, () => this.computeForward(z, context));
  }

  inverse(x: tf.Tensor, context?: tf.Tensor): Mapped {
    this.check('x', x, context);
    return this.#run(x.shape[0]!, this.latentShape, () => this.computeInverse(x, context));
  }

  /** x = f(z) and log|det ∂f/∂z|, `[batch]`; runs inside a tidy scope. */
  protected abstract computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped;

  /** z = f⁻¹(x) and log|det ∂f⁻¹/∂x|, `[batch]`; runs inside a tidy scope. */
  protected abstract computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped;

  /** @throws E_DISPOSED, E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH */
  protected check(name: 'x' | 'z', tensor: tf.Tensor, context: tf.Tensor | undefined): void {
    this.assertAlive();
    checkArguments(tensor, context, {
      place: this.place,
      name,
      eventShape: name === 'x' ? this.dataShape : this.latentShape,
      contextSize: this.contextSize,
    });
  }

  #run(batch: number, resultShape: Shape, compute: () => Mapped): Mapped {
    return tf.tidy(() => {
      const { value, logDet } = compute();
      if (!equalShapes(logDet.shape, [batch])) {
        throw new FlowzooError('E_LOGDET_SHAPE', 'the log-det must be one number per example', {
          at: this.place,
          expected: `[${batch}]`,
          found: formatShape(logDet.shape),
          remedy: 'Sum it over every axis but the first, and broadcast a constant to the batch',
        });
      }
      if (!equalShapes(value.shape, [batch, ...resultShape])) {
        throw new FlowzooError('E_EVENT_SHAPE', 'the layer returned another shape than it declares', {
          at: this.place,
          expected: formatBatchShape(resultShape),
          found: formatShape(value.shape),
        });
      }
      return { value, logDet } as unknown as tf.TensorContainer;
    }) as unknown as Mapped;
  }
}
