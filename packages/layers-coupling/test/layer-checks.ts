import { Random, type Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Draws every variable at order 1, scaled down by the square root of its inputs, so that nothing is near its start. */
export function scatter(part: Bijector, seed: number | string): void {
  const random = new Random(seed);
  for (const [name, variable] of part.variables) {
    const inputs = variable.rank > 1 ? variable.size / variable.shape.at(-1)! : 1;
    const values = random
      .fork(name)
      .normals(variable.size)
      .map((each) => each / Math.sqrt(inputs));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

/** Normal data `[batch, ...eventShape]`. */
export function normalBatch(batch: number, eventShape: readonly number[], seed: number | string = 'data'): tf.Tensor {
  const size = eventShape.reduce((product, length) => product * length, batch);
  return tf.tensor(new Random(seed).normals(size), [batch, ...eventShape]);
}

/**
 * log|det| of the Jacobian of one example's map: the example once per output, one backward pass through an identity mask,
 * and an elimination in float64.
 */
export function jacobianLogDet(map: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): number {
  const size = x.size;
  const rows = tf.tidy(() => {
    const copies = tf.tile(x, [size, ...x.shape.slice(1).map(() => 1)]);
    const diagonal = (input: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(tf.reshape(map(input), [size, size]), tf.eye(size)));
    return tf.reshape(tf.grad(diagonal)(copies), [size, size]).arraySync() as number[][];
  });
  return logAbsDeterminant(rows);
}

function logAbsDeterminant(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row]);
  let total = 0;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    total += Math.log(Math.abs(rows[k]![k]!));
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return total;
}

/** The largest absolute difference of two tensors. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}
