import { matMul } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { MaskBlock, MaskBlocks } from './mask-blocks.ts';

/**
 * x·W for a weight that is zero outside of the blocks of its mask: only the blocks are multiplied, in the gradients too.
 * The gradient of W is masked.
 *
 * @param x `[batch, in]`.
 * @param weight `[in, out]`.
 * @returns `[batch, out]`, in the caller's tidy scope.
 */
export function blockProduct(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  { mask, blocks }: { readonly mask: tf.Tensor2D; readonly blocks: MaskBlocks },
): tf.Tensor2D {
  // One operation for each factor: the gradient in the data, which nobody asks for, is then never computed.
  const ofInput = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([weight]);
    return {
      value: forward(input as tf.Tensor2D, weight, blocks),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        inputGradient(dy as tf.Tensor2D, saved[0] as tf.Tensor2D, blocks),
    };
  });
  const ofWeight = tf.customGrad((product, own, save) => {
    (save as tf.GradSaveFunc)([x]);
    return {
      value: tf.clone(product as tf.Tensor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const found = weightGradient(saved[0] as tf.Tensor2D, dy as tf.Tensor2D, { shape: own as tf.Tensor2D, blocks });
        return [tf.clone(dy), tf.mul(found, mask)];
      },
    };
  });
  return ofWeight(ofInput(x), weight) as tf.Tensor2D;
}

function forward(x: tf.Tensor2D, weight: tf.Tensor2D, { byColumns }: MaskBlocks): tf.Tensor2D {
  return tf.concat(
    byColumns.map((block) => matMul(columnsOf(x, block.rows), part(weight, block))),
    1,
  );
}

function inputGradient(dy: tf.Tensor2D, weight: tf.Tensor2D, { byRows }: MaskBlocks): tf.Tensor2D {
  return tf.concat(
    byRows.map((block) => matMul(columnsOf(dy, block.columns), part(weight, block), { transposeB: true })),
    1,
  );
}

function weightGradient(
  x: tf.Tensor2D,
  dy: tf.Tensor2D,
  { shape: { shape }, blocks }: { readonly shape: tf.Tensor2D; readonly blocks: MaskBlocks },
): tf.Tensor2D {
  // Blocks of rows: they lie one behind the other.
  return tf.concat(
    blocks.byRows.map(({ rows, columns }) => {
      const product = matMul(columnsOf(x, rows), columnsOf(dy, columns), { transposeA: true });
      const [before, behind] = [columns[0], shape[1] - columns[1]];
      return tf.pad(product, [
        [0, 0],
        [before, behind],
      ]);
    }),
    0,
  );
}

function columnsOf(values: tf.Tensor2D, [first, end]: readonly [number, number]): tf.Tensor2D {
  return tf.slice(values, [0, first], [values.shape[0], end - first]);
}

function part(weight: tf.Tensor2D, { rows, columns }: MaskBlock): tf.Tensor2D {
  return tf.slice(weight, [rows[0], columns[0]], [rows[1] - rows[0], columns[1] - columns[0]]);
}
