import * as tf from '@tensorflow/tfjs';
import { equalShapes, FlowzooError, formatShape, type Shape } from '@flowzoo/core';

/**
 * Checks a mask (1 = visible, 0 = hidden) and gives it the shape of the preprocessed batch. The caller disposes.
 *
 * @throws E_MASK when it has another shape, other values than 0 and 1, or hides everything or nothing of an example
 */
export async function prepareMask(mask: tf.Tensor, eventShape: Shape, batch: number): Promise<tf.Tensor> {
  const whole = equalShapes(mask.shape, [batch, ...eventShape]);
  if (!whole && !equalShapes(mask.shape, eventShape)) {
    throw new FlowzooError('E_MASK', 'the mask has the wrong shape', {
      at: 'mask',
      expected: `${formatShape(eventShape)} or ${formatShape([batch, ...eventShape])}`,
      found: formatShape(mask.shape),
      remedy: 'Give one for all examples, or one per example',
    });
  }
  const values = await mask.data();
  const perExample = whole ? values.length / batch : values.length;
  const wrong = values.findIndex((value) => value !== 0 && value !== 1);
  if (wrong >= 0) {
    throw new FlowzooError('E_MASK', 'a mask holds only 1 (visible) and 0 (hidden)', {
      at: `mask, element ${wrong}`,
      expected: '0 or 1',
      found: String(values[wrong]),
      remedy: 'Round it first: tf.cast(tf.greater(mask, 0.5), "float32")',
    });
  }
  for (let start = 0; start < values.length; start += perExample) {
    let visible = 0;
    for (let i = start; i < start + perExample; i++) visible += values[i]!;
    if (visible === 0 || visible === perExample) {
      const at = whole ? `mask, row ${start / perExample}` : 'mask';
      throw new FlowzooError('E_MASK', visible === 0 ? 'the mask hides everything' : 'the mask hides nothing', {
        at,
        expected: 'some elements visible (1) and some hidden (0)',
        found: `${visible} of ${perExample} visible`,
        remedy: visible === 0 ? 'To draw whole examples use sample' : 'There is nothing to fill in',
      });
    }
  }
  return tf.tidy(() => tf.tile(tf.cast(tf.reshape(mask, [whole ? batch : 1, -1]), 'float32'), [whole ? 1 : batch, 1]));
}
