import type { DataType, KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { isMovable, sizeOf } from './movable.ts';

const CONVERSIONS: Readonly<Record<string, string>> = {
  'float32→int32': 'floatToInt',
  'float32→bool': 'floatToBool',
  'int32→float32': 'intToFloat',
  'int32→bool': 'intToBool',
  'bool→int32': 'boolToInt',
  'bool→float32': 'boolToFloat',
};

/**
 * `Cast` between float32, int32 and bool. Floats become int32 as in JavaScript (towards zero, modulo 2³², 0 for NaN and
 * infinities), and true where they differ from 0; tfjs's own kernel calls 0.5 and 256 false. An int32 beyond 2²⁴ is
 * rounded to the nearest float32, where the cpu backend keeps digits that float32 does not have.
 */
export function cast({ host, functions, stock }: KernelTools): KernelFunc {
  return kernel<'x', { readonly dtype: DataType }>((call) => {
    const { x } = call.inputs;
    const { dtype } = call.attrs;
    if (isMovable(x) && x.dtype === dtype) return host.share(x);
    const name = CONVERSIONS[`${x.dtype}→${dtype}`];
    if (name === undefined) return leaveToStock(stock, call);
    const y = host.output(x.shape, dtype);
    functions[name]!(host.pointer(x), host.pointer(y), sizeOf(x));
    return y;
  });
}
