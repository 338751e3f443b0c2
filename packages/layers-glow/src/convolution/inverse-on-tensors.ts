import { matMul } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expandPlu, type PluForm, type PluTensors } from './plu.ts';

/** Whether the active backend holds values where JavaScript reads them at once: then W⁻¹ is solved in float64. */
export function valuesAreAtHand(): boolean {
  return tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm';
}

/**
 * W⁻¹ = U⁻¹ L⁻¹ Pᵀ of matrix products alone, differentiable in the factors; run inside a tidy scope.
 *
 * A unit triangle is 1 + N with Nⁿ = 0, so (1 + N)⁻¹ = Π (1 + (−N)^(2ᵏ)) over the ⌈log₂ n⌉ powers below n. One step
 * V ← V (2 − W V) takes off most of the rounding.
 */
export function inverseOnTensors(tensors: PluTensors, form: PluForm): tf.Tensor2D {
  const { permutation, lower, upper } = expandPlu(tensors, form);
  const transposed: tf.Tensor2D = tf.transpose(permutation);
  const inverse = matMul(matMul(triangularInverse(upper), triangularInverse(lower)), transposed);
  const weight = matMul(matMul(permutation, lower), upper);
  const twice = tf.mul(tf.eye(inverse.shape[0]), 2);
  return matMul(inverse, tf.sub(twice, matMul(weight, inverse)) as tf.Tensor2D);
}

/** T = D (1 + N) has the inverse (1 + N)⁻¹ D⁻¹. */
function triangularInverse(triangle: tf.Tensor2D): tf.Tensor2D {
  const size = triangle.shape[0];
  const identity: tf.Tensor2D = tf.eye(size);
  const diagonal = tf.sum(tf.mul(triangle, identity), 1);
  const scaled = tf.div(triangle, tf.reshape(diagonal, [size, 1]));
  let power: tf.Tensor2D = tf.sub(identity, scaled);
  let product: tf.Tensor2D = tf.add(identity, power);
  for (let known = 2; known < size; known *= 2) {
    power = matMul(power, power);
    product = matMul(product, tf.add(identity, power));
  }
  return tf.div(product, tf.reshape(diagonal, [1, size]));
}
