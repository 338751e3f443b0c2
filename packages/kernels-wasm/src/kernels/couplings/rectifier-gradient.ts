import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';
import { expectFloats } from './expect-floats.ts';

/** dx = dy where the output y of a rectifier is above 0, else 0: the gradient of max(x, 0) in one pass. */
export function rectifierGradient({ host, functions }: KernelTools): KernelFunc {
  const run = functions['rectifierGradient']!;
  return kernel<'y' | 'dy'>(({ inputs: { y, dy } }) => {
    tf.util.assertShapesMatch(y.shape, dy.shape, 'a gradient has the shape of what it is of: ');
    expectFloats(y, dy);
    const dx = host.output(y.shape);
    run(host.pointer(y), host.pointer(dy), host.pointer(dx), tf.util.sizeFromShape(y.shape));
    return dx;
  });
}
