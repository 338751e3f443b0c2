import type { Direction, Part, Transformer } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Made } from '../made/made.ts';
import type { Dependence } from '../orders/dependence.ts';

/** What an autoregressive layer needs of its network: {@link Made}, or another that keeps the order it names. */
export interface AutoregressiveNetwork extends Pick<Part, 'variables'> {
  readonly dependence: Dependence;
  /** The parameters of all features, `[batch, D·P]`, each from the features before it. */
  apply(seen: tf.Tensor, context?: tf.Tensor): tf.Tensor;
}

/**
 * The pieces of an autoregressive layer on vectors of D features, for whoever computes one of its directions.
 *
 * In the direction `onePass` an input u gives the output T(uᵢ; θᵢ(u before i)), with one evaluation of the conditioner on
 * the *input*. In the other direction the conditioner must see the *output*.
 */
export interface AutoregressiveMap<Network extends AutoregressiveNetwork = Made> {
  readonly conditioner: Network;
  readonly transformer: Transformer;
  readonly onePass: Direction;
}

/** The direction that is not one pass. */
export function sequentialDirection({ onePass }: Pick<AutoregressiveMap, 'onePass'>): Direction {
  return onePass === 'inverse' ? 'forward' : 'inverse';
}

/** The parameters of all features, `[batch, D, P]`, from what the conditioner sees, `[batch, D]`. */
export function parametersAt(
  { conditioner, transformer }: AutoregressiveMap<AutoregressiveNetwork>,
  seen: tf.Tensor2D,
  context: tf.Tensor | undefined,
): tf.Tensor3D {
  return tf.reshape(conditioner.apply(seen, context), [...seen.shape, transformer.parameterCount]);
}
