import * as tf from '@tensorflow/tfjs';
import type { SampleOptions } from '../contracts/distribution.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';

/** Numbers of one part: enough to keep a backend busy, few enough that a deep flow's activations fit in memory. */
const PART_SIZE = 2 ** 18;

/** What is decoded. */
export interface Parts {
  /** `[count, ...latentShape]`; stays the caller's. */
  readonly z: tf.Tensor;
  /** One part, synchronously; the result is this function's to dispose. */
  readonly decode: (z: tf.Tensor, context: tf.Tensor | undefined) => tf.Tensor;
  readonly options: Pick<SampleOptions, 'context' | 'signal' | 'onProgress'>;
}

/**
 * Decodes many latents some thousands at a time; between two parts it reports, hears an abort, and lets others run.
 *
 * @throws E_ABORTED; nothing is left behind
 */
export async function decodeInParts({ z, decode, options }: Parts): Promise<tf.Tensor> {
  const count = z.shape[0]!;
  const rows = Math.max(1, Math.floor(PART_SIZE / Math.max(1, z.size / Math.max(1, count))));
  if (count <= rows) {
    const whole = decode(z, options.context);
    options.onProgress?.({ done: count, total: count });
    return whole;
  }
  const parts: tf.Tensor[] = [];
  try {
    for (let start = 0; start < count; start += rows) {
      const length = Math.min(rows, count - start);
      parts.push(
        tf.tidy(() => decode(slice(z, start, length), options.context && slice(options.context, start, length))),
      );
      options.onProgress?.({ done: start + length, total: count });
      await tf.nextFrame();
      if (options.signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted');
    }
    return tf.concat(parts);
  } finally {
    tf.dispose(parts);
  }
}

function slice(tensor: tf.Tensor, start: number, length: number): tf.Tensor {
  return tf.slice(tensor, [start, ...tensor.shape.slice(1).map(() => 0)], [length, ...tensor.shape.slice(1)]);
}
