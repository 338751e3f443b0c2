import * as tf from '@tensorflow/tfjs';
import { checkArguments } from '../contracts/check.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import { PartBase } from '../contracts/part-base.ts';
import { sizeOf, type Shape } from '../contracts/shape.ts';

/** What a concrete conditioner tells its base class; a `ConditionerBuild` is one. */
export interface ConditionerOptions {
  readonly path: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** 0 when unconditional. */
  readonly contextSize: number;
}

/**
 * Base class of conditioners: checks the arguments once and opens the tidy scope; a concrete class writes `compute`.
 *
 * @example
 * class Constant extends ConditionerBase {
 *   protected compute(input) { return tf.zeros([input.shape[0], ...this.outputShape]); }
 * }
 */
export abstract class ConditionerBase extends PartBase implements Conditioner {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly contextSize: number;

  protected constructor(type: string, options: ConditionerOptions) {
    super(type, options.path);
    this.inputShape = options.inputShape;
    this.outputShape = options.outputShape;
    this.contextSize = options.contextSize;
  }

  /** @throws E_DISPOSED, E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH */
  apply(input: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.assertAlive();
    checkArguments(input, context, {
      place: this.place,
      name: 'input',
      eventShape: this.inputShape,
      contextSize: this.contextSize,
    });
    return tf.tidy(() => tf.reshape(this.compute(input, context), [input.shape[0]!, ...this.outputShape]));
  }

  /** The output, flat or of the output shape; runs inside a tidy scope on checked arguments. */
  protected abstract compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor;

  /** The input as vectors, `[batch, elements]`. */
  protected flatten(input: tf.Tensor): tf.Tensor2D {
    return tf.reshape(input, [input.shape[0]!, sizeOf(this.inputShape)]);
  }
}
