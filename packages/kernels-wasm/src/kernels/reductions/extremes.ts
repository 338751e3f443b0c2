import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { planReduction } from './plan.ts';
import { reduce, reductionNamed } from './reduce.ts';

/**
 * `Max` over any axes, of float32 and int32; NaN wherever a NaN is among the numbers, also of none at all. Of zeros with
 * both signs it is one or the other.
 */
export function max(tools: KernelTools): KernelFunc {
  const extreme = extremeNamed(tools, 'largest');
  return kernel<'x', { readonly reductionIndices: number | number[]; readonly keepDims: boolean }>((call) => {
    const { reductionIndices, keepDims } = call.attrs;
    return extreme(call.inputs.x, reductionIndices, keepDims) ?? leaveToStock(tools.stock, call);
  });
}

/** `Min` over any axes, with the rules of {@link max}. */
export function min(tools: KernelTools): KernelFunc {
  const extreme = extremeNamed(tools, 'smallest');
  return kernel<'x', { readonly axis: number | number[]; readonly keepDims: boolean }>((call) => {
    const { axis, keepDims } = call.attrs;
    return extreme(call.inputs.x, axis, keepDims) ?? leaveToStock(tools.stock, call);
  });
}

/** Gives null for a dtype that is left to tfjs. */
type Extreme = (x: TensorInfo, axis: number | number[], keepDims: boolean) => TensorInfo | null;

function extremeNamed(tools: KernelTools, name: string): Extreme {
  const ofFloats = reductionNamed(tools, name, Number.NaN);
  const ofIntegers = reductionNamed(tools, `${name}Int`, 0);
  return (x, axis, keepDims) => {
    if (x.dtype !== 'float32' && x.dtype !== 'int32') return null;
    return reduce(tools, x, planReduction(x.shape, axis, keepDims), x.dtype === 'float32' ? ofFloats : ofIntegers);
  };
}
