import type * as tf from '@tensorflow/tfjs';
import type { Distribution } from '@flowzoo/core';

/** A distribution that completes a partly given example itself, element by element in its own order: PixelCNN. */
export interface CompletingModel extends Distribution {
  /**
   * Draws the elements whose mask is 0. `exact` says whether they follow the model's conditional given all visible ones,
   * which holds where every visible element comes before every hidden one in the model's order.
   */
  complete(options: {
    readonly given: tf.Tensor;
    readonly mask: tf.Tensor;
    readonly seed?: number | undefined;
    readonly context?: tf.Tensor | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  }): Promise<{ readonly value: tf.Tensor; readonly exact: boolean }>;
}

/** Whether a model completes by itself. */
export function completes(model: Distribution): model is CompletingModel {
  return typeof (model as Partial<CompletingModel>).complete === 'function';
}
