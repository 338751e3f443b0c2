import { FlowzooError, formatShape, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Options of {@link attributeDirection}. */
export interface AttributeOptions {
  /** Rows that are encoded at once. Default: 256. */
  readonly batchSize?: number;
  /** Context of the rows with the attribute, `[rows, contextSize]`. */
  readonly context?: tf.Tensor | undefined;
  /** Context of the rows without it. */
  readonly otherContext?: tf.Tensor | undefined;
}

/**
 * The direction in latent space that belongs to an attribute: the mean latent of examples that have it minus that of
 * examples that have not, E[f⁻¹(x) | with] − E[f⁻¹(x) | without].
 *
 * Decode z + α · direction to give an example more of the attribute (α > 0) or less of it (α < 0).
 *
 * @param examples Rows with the attribute, `[rows, ...event]`.
 * @param others Rows without it.
 * @returns `[1, ...latentShape]`; the caller disposes it.
 * @throws E_DATA_EMPTY when one of the sets is
 * @example
 * const direction = attributeDirection(flow, sevens, ones);
 * const more = flow.decode(tf.add(flow.encode(image), tf.mul(direction, 0.8)));
 */
export function attributeDirection(
  flow: Flow,
  examples: tf.Tensor,
  others: tf.Tensor,
  options: AttributeOptions = {},
): tf.Tensor {
  const { batchSize = 256, context, otherContext } = options;
  return tf.tidy(() =>
    tf.sub(
      meanLatent(flow, examples, { batchSize, context }),
      meanLatent(flow, others, { batchSize, context: otherContext }),
    ),
  );
}

function meanLatent(
  flow: Flow,
  rows: tf.Tensor,
  { batchSize, context }: { readonly batchSize: number; readonly context: tf.Tensor | undefined },
): tf.Tensor {
  const count = rows.shape[0] ?? 0;
  if (count === 0) {
    throw new FlowzooError('E_DATA_EMPTY', 'a mean latent needs examples', {
      expected: 'one row or more with the attribute, and one or more without it',
      found: formatShape(rows.shape),
    });
  }
  return tf.tidy(() => {
    let total: tf.Tensor = tf.zeros([1, ...flow.latentShape]);
    for (let start = 0; start < count; start += batchSize) {
      const length = Math.min(batchSize, count - start);
      const part = (all: tf.Tensor): tf.Tensor =>
        tf.slice(all, [start, ...all.shape.slice(1).map(() => 0)], [length, ...all.shape.slice(1)]);
      const previous = total;
      total = tf.tidy(() => {
        const z = flow.encode(part(rows), context === undefined ? undefined : part(context));
        return tf.add(previous, tf.sum(z, 0, true));
      });
      previous.dispose();
    }
    return tf.div(total, count);
  });
}
