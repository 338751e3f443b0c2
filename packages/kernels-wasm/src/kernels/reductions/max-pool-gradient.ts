import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';

interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Gradient of `maxPool`: every dy goes to the first largest element of its window. The stock kernel loses those of windows
 * without a positive element. Plain loops on the heap: pooling is a small part of any program.
 */
export function maxPoolGradient({ host }: KernelTools): KernelFunc {
  return kernel<'dy' | 'input', PoolAttributes>(({ inputs: { dy, input }, attrs }) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { inHeight, inWidth, inChannels: channels, padInfo } = info;
    const output = host.output(shape);
    const [x, g, dx] = [input, dy, output].map((each) => host.view(each)) as [Float32Array, Float32Array, Float32Array];
    dx.fill(0);
    for (let at = 0; at < g.length; at++) {
      const pixel = Math.floor(at / channels);
      const left = (pixel % info.outWidth) * info.strideWidth - padInfo.left;
      const row = Math.floor(pixel / info.outWidth);
      const top = (row % info.outHeight) * info.strideHeight - padInfo.top;
      const image = Math.floor(row / info.outHeight) * inHeight;
      let [largest, place] = [-Infinity, -1];
      for (let i = Math.max(top, 0); i < Math.min(top + info.filterHeight, inHeight); i++) {
        for (let j = Math.max(left, 0); j < Math.min(left + info.filterWidth, inWidth); j++) {
          const index = ((image + i) * inWidth + j) * channels + (at % channels);
          if (x[index]! > largest) [largest, place] = [x[index]!, index];
        }
      }
      if (place >= 0) dx[place]! += g[at]!;
    }
    return output;
  });
}
