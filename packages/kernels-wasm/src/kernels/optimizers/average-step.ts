import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';

/** average + (1 − decay)(x − average), the moving average of weights; attribute `decay`. */
export function averageStep({ host, functions }: KernelTools): KernelFunc {
  const run = functions['averageStep']!;
  return kernel<'average' | 'x', { readonly decay: number }>(({ inputs: { average, x }, attrs }) => {
    tf.util.assertShapesMatch(average.shape, x.shape, 'an average needs weights of its own shape: ');
    const next = host.output(average.shape);
    const count = tf.util.sizeFromShape(average.shape);
    run(host.pointer(average), host.pointer(x), host.pointer(next), count, 1 - attrs.decay);
    return next;
  });
}
