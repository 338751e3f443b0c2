import type { Direction, Transformer } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Made } from '../made/made.ts';

/**
 * The pieces of an autoregressive layer on vectors of D features, for whoever computes one of its directions.
 *
 * In the direction `onePass` an input u gives the output T(uᵢ; θᵢ(u before i)), with one evaluation of the conditioner on
 * the *input*. In the other direction the conditioner must see the *output*.
 */
export interface AutoregressiveMap {
  readonly conditioner: Made;
  readonly transformer: Transformer;
  readonly onePass: Direction;
}

/** The direction that is not one pass. */
export function sequentialDirection({ onePass }: AutoregressiveMap): Direction {
  return onePass === 'inverse' ? 'forward' : 'inverse';
}

/** The parameters of all features, `[batch, D, P]`, from what the conditioner sees, `[batch, D]`. */
export function parametersAt(
  { conditioner, transformer }: AutoregressiveMap,
  seen: tf.Tensor2D,
  context: tf.Tensor | undefined,
): tf.Tensor3D {
  return tf.reshape(conditioner.apply(seen, context), [...seen.shape, transformer.parameterCount]);
}
