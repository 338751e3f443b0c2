import * as tf from '@tensorflow/tfjs';
import { evaluationMode, type FlowModel } from '@flowzoo/core';

/** How {@link mapBatches} goes through the rows. */
export interface BatchOptions {
  /** Rows at once. */
  readonly batchSize: number;
  /** Seed of the noise of dequantization; with the batch size it fixes every number. */
  readonly seed: number;
  readonly onProgress: (done: number) => void;
}

/** A function of rows, and of their context where there is one, computed batch by batch. The caller disposes. */
export async function mapBatches(
  flow: FlowModel,
  input: { readonly x: tf.Tensor; readonly context: tf.Tensor | undefined },
  map: (x: tf.Tensor, context: tf.Tensor | undefined) => tf.Tensor,
  { batchSize, seed, onProgress }: BatchOptions,
): Promise<tf.Tensor> {
  const { x, context } = input;
  const rows = x.shape[0]!;
  const parts: tf.Tensor[] = [];
  for (let start = 0, batch = 0; start < rows; start += batchSize, batch++) {
    flow.setMode(evaluationMode(`${seed}/encode/${batch}`));
    const size = Math.min(batchSize, rows - start);
    const take = (whole: tf.Tensor): tf.Tensor =>
      tf.slice(whole, [start, ...whole.shape.slice(1).map(() => 0)], [size, ...whole.shape.slice(1)]);
    parts.push(tf.tidy(() => map(take(x), context === undefined ? undefined : take(context))));
    onProgress(start + size);
  }
  const whole = tf.tidy(() => tf.concat(parts));
  tf.dispose(parts);
  return whole;
}
