import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { planReduction } from './plan.ts';
import { reduce, reductionNamed } from './reduce.ts';

interface ReductionAttributes {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/**
 * `Sum` over any axes. Floats are added in float64 and rounded once, so the result is that of the cpu backend but for the
 * order of the additions: within 1 ulp of the exact sum unless Σ|x| is 10⁸ times |Σx|. tfjs's own kernel adds in float32: it
 * makes 1 087 937 of ten million times 0.1. Sums of int32 are exact modulo 2³².
 */
export function sum(tools: KernelTools): KernelFunc {
  const ofFloats = reductionNamed(tools, 'sum', 0);
  const ofIntegers = reductionNamed(tools, 'sumInt', 0);
  return kernel<'x', ReductionAttributes>((call) => {
    const { x } = call.inputs;
    if (x.dtype !== 'float32' && x.dtype !== 'int32') return leaveToStock(tools.stock, call);
    const plan = planReduction(x.shape, call.attrs.axis, call.attrs.keepDims);
    return reduce(tools, x, plan, x.dtype === 'float32' ? ofFloats : ofIntegers);
  });
}

/** `Mean` of floats over any axes: the float64 sum, divided, rounded once. */
export function mean(tools: KernelTools): KernelFunc {
  const ofFloats = reductionNamed(tools, 'sum', 0);
  return kernel<'x', ReductionAttributes>((call) => {
    const { x } = call.inputs;
    if (x.dtype !== 'float32') return leaveToStock(tools.stock, call);
    const plan = planReduction(x.shape, call.attrs.axis, call.attrs.keepDims);
    return reduce(tools, x, plan, ofFloats, 1 / plan.size);
  });
}

/** `Prod` of floats over any axes: multiplied in float64, rounded once. */
export function prod(tools: KernelTools): KernelFunc {
  const ofFloats = reductionNamed(tools, 'product', 1);
  return kernel<'x', ReductionAttributes>((call) => {
    const { x } = call.inputs;
    if (x.dtype !== 'float32') return leaveToStock(tools.stock, call);
    return reduce(tools, x, planReduction(x.shape, call.attrs.axis, call.attrs.keepDims), ofFloats);
  });
}
