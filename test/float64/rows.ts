import * as tf from '@tensorflow/tfjs';

/** A batch of events from rows. */
export function toTensor(rows: readonly Float64Array[], event: readonly number[]): tf.Tensor {
  return tf.tensor(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, ...event]);
}

/** A batch of contexts; undefined where rows have none. */
export function toContext(contexts: readonly (Float64Array | undefined)[]): tf.Tensor | undefined {
  const rows = contexts.filter((row) => row !== undefined);
  return rows.length === 0 ? undefined : toTensor(rows, [rows[0]!.length]);
}

/** The rows of a batch. */
export function toRows(tensor: tf.Tensor): Float64Array[] {
  const values = numbers(tensor);
  const width = values.length / tensor.shape[0]!;
  return Array.from({ length: tensor.shape[0]! }, (_, row) =>
    Float64Array.from(values.slice(row * width, (row + 1) * width)),
  );
}

export function numbers(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

/** Runs with tensors and gives back plain numbers; the tensors are disposed. */
export function untracked<Result>(run: () => Result): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    result = run();
  });
  return result!;
}
