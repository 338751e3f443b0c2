import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';

/** A float32 function of one tensor: `functions[name](x, y, count)`. Other dtypes stay with tfjs. */
export function unary(name: string): (tools: KernelTools) => KernelFunc {
  return ({ host, functions, stock }) => {
    const run = functions[name]!;
    return kernel<'x'>((call) => {
      const { x } = call.inputs;
      if (x.dtype !== 'float32') return leaveToStock(stock, call);
      const y = host.output(x.shape);
      run(host.pointer(x), host.pointer(y), tf.util.sizeFromShape(x.shape));
      return y;
    });
  };
}
