import * as tf from '@tensorflow/tfjs';

/**
 * Columns of the last axis in the given order: y[…, j] = x[…, indices[j]].
 *
 * A run of neighbours is a slice. Otherwise the columns are gathered, and the gradient gathers back, because the stock
 * gradient of `gather` has no kernel on wasm.
 *
 * @param x `[..., width]`.
 * @param indices Each in 0 … width − 1; an index may repeat. May be empty.
 * @returns `[..., indices.length]`; the caller disposes it.
 * @example
 * const even = takeLast(x, [0, 2, 4]);
 */
export function takeLast(x: tf.Tensor, indices: readonly number[]): tf.Tensor {
  const width = x.shape.at(-1)!;
  const shape = [...x.shape.slice(0, -1), indices.length];
  if (indices.length === 0 || x.size === 0) return emptyColumns(x, shape);
  const first = indices[0]!;
  if (indices.every((index, j) => index === first + j)) {
    if (indices.length === width) return tf.clone(x);
    return tf.slice(x, [...x.shape.slice(0, -1).map(() => 0), first], shape);
  }
  return gatherLast(x, indices);
}

/**
 * Reorders the last axis by a permutation: y[…, j] = x[…, order[j]].
 *
 * @param x `[..., width]`.
 * @param order A permutation of 0 … width − 1.
 * @returns The shape of x; the caller disposes it.
 * @example
 * const reversed = permuteLast(x, [2, 1, 0]);
 */
export function permuteLast(x: tf.Tensor, order: readonly number[]): tf.Tensor {
  return takeLast(x, order);
}

function gatherLast(x: tf.Tensor, indices: readonly number[]): tf.Tensor {
  const axis = x.rank - 1;
  const width = x.shape[axis]!;
  const gather = tf.customGrad((value) => ({
    value: tf.gather(value as tf.Tensor, tf.tensor1d(indices as number[], 'int32'), axis),
    gradFunc: (dy: tf.Tensor) => scatterLast(dy, indices, width),
  }));
  return gather(x);
}

/** Adds the columns of y up where they came from; column i of the result is Σ over j with indices[j] = i. */
function scatterLast(y: tf.Tensor, indices: readonly number[], width: number): tf.Tensor {
  // Occurrence r of an index is handled in round r: distinct indices need one round, which is a plain gather.
  const rounds: Int32Array[] = [];
  const seen = new Int32Array(width);
  indices.forEach((index, j) => {
    const round = seen[index]!++;
    rounds[round] ??= new Int32Array(width).fill(indices.length);
    rounds[round][index] = j;
  });
  const complete = rounds.length === 1 && indices.length === width;
  // A column of zeros at the end is what the indices that nobody took point to.
  const padded = complete ? y : tf.concat([y, tf.zeros([...y.shape.slice(0, -1), 1])], -1);
  const parts = rounds.map((sources) => takeLast(padded, Array.from(sources)));
  return parts.reduce((sum, part) => tf.add(sum, part));
}

function emptyColumns(x: tf.Tensor, shape: number[]): tf.Tensor {
  const inputShape = x.shape;
  const take = tf.customGrad(() => ({ value: tf.zeros(shape), gradFunc: () => tf.zeros(inputShape) }));
  return take(x);
}
