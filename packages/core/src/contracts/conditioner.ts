import type * as tf from '@tensorflow/tfjs';
import type { Part } from './part.ts';
import type { Shape } from './shape.ts';

/**
 * The network that produces a layer's parameters from the untouched part of its input, or from the context.
 *
 * Parameters are packed **feature-major**: the last axis of the output is `features × parameters per feature`, the
 * parameters of one feature side by side. A vector conditioner maps `[batch, d]` to `[batch, features · P]`, an image
 * conditioner `[batch, H, W, C]` to `[batch, H, W, channels · P]`. An input of width 0 is legal (a one-dimensional
 * coupling has nothing to condition on): the output then depends on biases and context alone.
 */
export interface Conditioner extends Part {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** 0 when unconditional. */
  readonly contextSize: number;
  /** `[batch, ...inputShape]` → `[batch, ...outputShape]`, differentiable; the caller disposes. */
  apply(input: tf.Tensor, context?: tf.Tensor): tf.Tensor;
  /** Data-dependent initialization; returns what `apply` would return afterwards. */
  initialize?(input: tf.Tensor, context?: tf.Tensor): tf.Tensor;
}
