import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../contracts/shape.ts';
import { matrixOf, transposeMatrix, type Matrix } from '../linear-algebra/index.ts';
import { valuesOf } from './numbers.ts';

/**
 * ∂output/∂input of every example by one backward pass: each example is repeated once per output element, and the
 * gradient of the repetitions is taken through an identity mask. Only right for maps that treat examples separately,
 * which clause 9 checks.
 */
export function jacobians(
  map: (input: tf.Tensor, rest: readonly tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
): Matrix[] {
  return scoped(() => {
    const [input, ...rest] = inputs as [tf.Tensor, ...tf.Tensor[]];
    const batch = input.shape[0]!;
    const outputShape = map(input, rest).shape.slice(1);
    const outputs = sizeOf(outputShape);
    const repeated = [input, ...rest].map((tensor) => repeatRows(tensor, outputs));
    const mask = tf.reshape(tf.tile(tf.eye(outputs), [batch, 1]), [batch * outputs, ...outputShape]);
    const gradient = tf.grad((value: tf.Tensor) => tf.sum(tf.mul(map(value, repeated.slice(1)), mask)))(repeated[0]!);
    return split(valuesOf(gradient), batch, outputs);
  });
}

/**
 * The same by central differences, for maps that autodiff cannot follow. Step h = 1e-2: in float32 the rounding error is
 * about 1e-5 and the truncation error h²/6 of the third derivative.
 */
export function jacobiansByDifferences(
  map: (input: tf.Tensor, rest: readonly tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
): Matrix[] {
  return scoped(() => {
    const step = 1e-2;
    const [input, ...rest] = inputs as [tf.Tensor, ...tf.Tensor[]];
    const batch = input.shape[0]!;
    const size = sizeOf(input.shape.slice(1));
    const shifted = (sign: number): Float32Array => {
      const repeated = [input, ...rest].map((tensor) => repeatRows(tensor, size));
      const shift = tf.reshape(tf.tile(tf.mul(tf.eye(size), sign * step), [batch, 1]), repeated[0]!.shape);
      return valuesOf(map(tf.add(repeated[0]!, shift), repeated.slice(1)));
    };
    const [above, below] = [shifted(1), shifted(-1)];
    const slopes = Float64Array.from(above, (value, index) => (value - below[index]!) / (2 * step));
    return split(slopes, batch, size).map(transposeMatrix);
  });
}

/** `[batch, …]` → `[batch · times, …]`, every row `times` times in a row. */
function repeatRows(tensor: tf.Tensor, times: number): tf.Tensor {
  const [batch, ...event] = tensor.shape as [number, ...number[]];
  const repeated = tf.tile(tf.reshape(tensor, [batch, 1, sizeOf(event)]), [1, times, 1]);
  return tf.reshape(repeated, [batch * times, ...event]);
}

function split(values: ArrayLike<number>, batch: number, rows: number): Matrix[] {
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, index) => {
    const own = Array.from({ length: size }, (_unused, i) => values[index * size + i]!);
    return matrixOf({ rows, columns: size / rows, values: own });
  });
}

/** A tidy scope around a computation whose result holds no tensors. */
function scoped(compute: () => Matrix[]): Matrix[] {
  let result: Matrix[] = [];
  tf.tidy(() => {
    result = compute();
  });
  return result;
}
