import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { StockKernel } from '../host/host.ts';
import { kernel, leaveToStock } from '../kernels/kernel-group.ts';
import type { StockKernels } from './stock-kernels.ts';

interface Factors {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Transposes explicitly and multiplies plainly: the stock kernel takes a loop thirty times slower for transposed factors. */
export function composedMatMul(stock: StockKernels, original: StockKernel): KernelFunc {
  return kernel<'a' | 'b', Factors>((call) => {
    const { a, b } = call.inputs;
    const { transposeA, transposeB } = call.attrs;
    const plain = !transposeA && !transposeB;
    if (plain || isBatch(a) || isBatch(b) || isEmpty(a) || isEmpty(b)) return leaveToStock(original, call);
    const left = transposeA ? transposed(stock, a) : a;
    const right = transposeB ? transposed(stock, b) : b;
    return stock.finish(stock.run('BatchMatMul', { a: left, b: right }, { transposeA: false, transposeB: false }));
  });
}

interface FusedAttributes extends Factors {
  readonly activation: string;
  readonly leakyreluAlpha: number;
}

const ACTIVATIONS: Readonly<Record<string, string>> = { relu: 'Relu', relu6: 'Relu6', elu: 'Elu', sigmoid: 'Sigmoid' };

/**
 * Product, bias and activation one after the other where the stock kernel would add the bias once for every 48 terms
 * (transposed factors and batches).
 */
export function composedFusedMatMul(stock: StockKernels, original: StockKernel, product: KernelFunc): KernelFunc {
  return kernel<'a' | 'b' | 'bias' | 'preluActivationWeights', FusedAttributes>((call) => {
    const { a, b, bias, preluActivationWeights } = call.inputs as Record<string, TensorInfo>;
    const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs;
    const safe = !transposeA && !transposeB && !isBatch(a!) && !isBatch(b!);
    if (safe || bias === undefined) return leaveToStock(original, call);
    const attrs = { transposeA, transposeB };
    const inputs = { a: a!, b: b! };
    const summed = product({ inputs, backend: call.backend, attrs } as unknown as Parameters<KernelFunc>[0]);
    let result = stock.run('Add', { a: stock.adopt(summed as TensorInfo), b: bias });
    if (activation === 'prelu') result = stock.run('Prelu', { x: result, alpha: preluActivationWeights! });
    else if (activation === 'leakyrelu') result = stock.run('LeakyRelu', { x: result }, { alpha: leakyreluAlpha });
    else if (activation !== 'linear') result = stock.run(ACTIVATIONS[activation]!, { x: result });
    return stock.finish(result);
  });
}

function transposed(stock: StockKernels, x: TensorInfo): TensorInfo {
  const axes = x.shape.map((_, i) => i);
  return stock.run('Transpose', { x }, { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

function isBatch({ shape }: TensorInfo): boolean {
  return shape.slice(0, -2).some((size) => size !== 1);
}

function isEmpty({ shape }: TensorInfo): boolean {
  return shape.includes(0);
}
