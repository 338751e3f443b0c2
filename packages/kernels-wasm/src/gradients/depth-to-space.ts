import * as tf from '@tensorflow/tfjs';

/** Gradient of `DepthToSpace` (NHWC): the blocks of pixels go back to the channels. */
export function depthToSpaceGradient(): tf.GradConfig {
  return {
    kernelName: 'DepthToSpace',
    gradFunc: (dy, _saved, attrs) => {
      const { blockSize, dataFormat } = attrs as unknown as {
        readonly blockSize: number;
        readonly dataFormat: string;
      };
      if (dataFormat !== 'NHWC') {
        throw new Error(`the gradient of depthToSpace takes dataFormat NHWC, not ${dataFormat}`);
      }
      return { x: () => tf.tidy(() => spaceToDepth(dy as tf.Tensor4D, blockSize)) };
    },
  };
}

/** Each block of pixels as channels of one pixel: [b, h·n, w·n, c] → [b, h, w, n·n·c]. */
function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height / block, width / block];
  const blocks = tf.reshape(x, [batch, rows, block, columns, block, channels]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, rows, columns, block * block * channels]);
}
