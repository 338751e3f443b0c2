import type { ScalarMapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Made } from '../made/made.ts';
import {
  parametersAt,
  sequentialDirection,
  type AutoregressiveMap,
  type AutoregressiveNetwork,
} from './autoregressive-map.ts';

/**
 * A way to compute the sequential direction: given what comes in, `[batch, D]`, the values and their log-derivatives, both
 * `[batch, D]`. It runs outside the tape (see {@link solveImplicitly} for gradients) and inside a tidy scope.
 */
export type SequentialInverse<Network extends AutoregressiveNetwork = Made> = (
  map: AutoregressiveMap<Network>,
  input: tf.Tensor2D,
  context: tf.Tensor | undefined,
) => ScalarMapped;

/**
 * The sequential direction by full evaluations of the conditioner, one for each level of the dependence: D for an order, 2
 * for a coupling, 1 where nothing depends on anything.
 *
 * After pass k the features of the first k levels are right. The others are set to zero until their turn, so that
 * whatever their transformer made of unfinished parameters cannot reach the finished ones, not even as 0 · ∞. The last
 * pass sees a right input everywhere it matters: its log-derivatives are the right ones, and no further pass is needed.
 */
export const inverseByPasses: SequentialInverse<AutoregressiveNetwork> = (map, input, context) => {
  const { conditioner, transformer } = map;
  const { levels, depth } = conditioner.dependence;
  const direction = sequentialDirection(map);
  const level = tf.add(tf.zerosLike(input), tf.tensor1d(Float32Array.from(levels)));
  const zeros = tf.zerosLike(input);
  let seen: tf.Tensor2D = tf.clone(zeros);
  for (let pass = 0; pass < depth - 1; pass++) {
    const previous = seen;
    seen = tf.tidy(() => {
      const { value } = transformer[direction](input, parametersAt(map, previous, context));
      return tf.where(tf.lessEqual(level, pass), value, zeros) as tf.Tensor2D;
    });
    previous.dispose();
  }
  return transformer[direction](input, parametersAt(map, seen, context));
};
