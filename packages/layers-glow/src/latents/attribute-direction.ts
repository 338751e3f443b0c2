import { FlowzooError, formatShape, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { encodeCentres } from './encode-centres.ts';

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
 * {@link alongDirection} decodes z + α · direction, which gives an example more of the attribute (α > 0) or less of it (α < 0).
 * Integers are encoded by {@link encodeCentres}: the noise of dequantization has no part in the means.
 *
 * @param examples Rows with the attribute, `[rows, ...event]`.
 * @param others Rows without it.
 * @returns `[1, ...latentShape]`; the caller disposes it.
 * @throws E_DATA_EMPTY when one of the sets is
 * @example
 * const direction = attributeDirection(flow, sevens, ones);
 * const strip = alongDirection(flow, image, direction, { amounts: [-1, 0, 1] });
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

/** Options of {@link alongDirection}. */
export interface AlongOptions {
  /** Factors α of the direction, one image each. Default: −1, −0.5, 0, 0.5, 1. */
  readonly amounts?: readonly number[];
  /** Context of all images, `[1, contextSize]`. */
  readonly context?: tf.Tensor | undefined;
}

/**
 * One example moved along a direction of latent space: f(f⁻¹(x) + α · direction) for several α; at α = 0 it is as it was.
 *
 * @param example `[1, ...event]`.
 * @param direction `[1, ...latentShape]`, of {@link attributeDirection}.
 * @returns `[amounts, ...event]`; the caller disposes it.
 * @throws E_BATCH for more than one example, E_OPTION without amounts
 * @example
 * const strip = alongDirection(flow, image, attributeDirection(flow, sevens, ones));
 */
export function alongDirection(
  flow: Flow,
  example: tf.Tensor,
  direction: tf.Tensor,
  options: AlongOptions = {},
): tf.Tensor {
  const { amounts = [-1, -0.5, 0, 0.5, 1], context } = options;
  if (amounts.length === 0) {
    throw new FlowzooError('E_OPTION', '"amounts" are the factors of the direction', {
      expected: 'one number or more',
      found: 'none',
    });
  }
  if (example.shape[0] !== 1) {
    throw new FlowzooError('E_BATCH', 'one example is moved along a direction', {
      expected: `[1, ${flow.eventShape.join(', ')}]`,
      found: formatShape(example.shape),
    });
  }
  return tf.tidy(() => {
    const z = encodeCentres(flow, example, context);
    const column = tf.reshape(tf.tensor1d([...amounts]), [amounts.length, ...z.shape.slice(1).map(() => 1)]);
    const contexts = context === undefined ? undefined : tf.tile(context, [amounts.length, 1]);
    return flow.decode(tf.add(z, tf.mul(column, direction)), contexts);
  });
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
        const z = encodeCentres(flow, part(rows), context === undefined ? undefined : part(context));
        return tf.add(previous, tf.sum(z, 0, true));
      });
      previous.dispose();
    }
    return tf.div(total, count);
  });
}
