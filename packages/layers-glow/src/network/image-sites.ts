import type { ConditionerBuild } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** How a convolutional conditioner sees its input. */
export interface ImageSites {
  readonly inputs: number;
  readonly outputs: number;
  /** A vector is an image of one pixel. */
  readonly isVector: boolean;
  /** `[batch, ...inputShape]` → `[batch, height, width, in]`. */
  toImages(input: tf.Tensor): tf.Tensor4D;
}

/** Channels in and out of images of one size, or of vectors. @throws E_SPEC_SHAPE for anything else */
export function imageSites({ inputShape, outputShape, shapeError }: ConditionerBuild): ImageSites {
  const [from, to] = [inputShape.slice(0, -1), outputShape.slice(0, -1)];
  if (from.join() !== to.join() || (inputShape.length !== 1 && inputShape.length !== 3)) {
    throw shapeError('a convolutional conditioner maps images to images of the same height and width', {
      expected: '[height, width, channels] for both, or [features] for both',
      found: `[${inputShape.join(', ')}] to [${outputShape.join(', ')}]`,
    });
  }
  const isVector = inputShape.length === 1;
  const [height, width] = isVector ? [1, 1] : (from as [number, number]);
  const inputs = inputShape.at(-1)!;
  return {
    inputs,
    outputs: outputShape.at(-1)!,
    isVector,
    toImages: (input) => tf.reshape(input, [input.shape[0]!, height, width, inputs]),
  };
}
