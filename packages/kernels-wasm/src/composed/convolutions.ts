import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { StockKernel } from '../host/host.ts';
import { kernel, leaveToStock } from '../kernels/kernel-group.ts';
import type { StockKernels } from './stock-kernels.ts';

type Info = tf.backend_util.Conv2DInfo;
type Size = [number, number, number, number];

interface FilterAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Size;
}

/** The gradient with respect to the filter, which the stock backend lacks: for each tap a slice of x and one product. */
export function composedFilterGradient(stock: StockKernels, product: KernelFunc): KernelFunc {
  return kernel<'x' | 'dy', FilterAttributes>(({ inputs: { x, dy }, backend, attrs }) => {
    const { strides, pad, filterShape, dimRoundingMode, dataFormat } = attrs;
    if (dataFormat !== undefined && dataFormat !== 'NHWC') throw new Error(`no filter gradient for ${dataFormat}`);
    const info = tf.backend_util.computeConv2DInfo(x.shape as Size, filterShape, strides, 1, pad, dimRoundingMode);
    const padded = pads(info) ? stock.run('PadV2', { x }, { paddings: paddings(info), constantValue: 0 }) : x;
    const rows = info.batchSize * info.outHeight * info.outWidth;
    const upstream = stock.reshape(dy, [rows, info.outChannels]);
    const taps: TensorInfo[] = [];
    for (let i = 0; i < info.filterHeight; i++) {
      for (let j = 0; j < info.filterWidth; j++) {
        const seen = stock.reshape(tapOf(stock, padded, info, [i, j]), [rows, info.inChannels]);
        const inputs = { a: seen, b: upstream };
        const call = { inputs, backend, attrs: { transposeA: true, transposeB: false } };
        taps.push(stock.adopt(product(call as unknown as Parameters<KernelFunc>[0]) as TensorInfo));
      }
    }
    const joined = taps.length === 1 ? taps[0]! : stock.run('Concat', taps, { axis: 0 });
    return stock.finish(stock.reshape(joined, filterShape));
  });
}

interface InputAttributes extends Omit<FilterAttributes, 'filterShape'> {
  readonly inputShape: Size;
}

/** The gradient with respect to the input as a plain convolution of dy with the turned filter; strides stay with tfjs. */
export function composedInputGradient(stock: StockKernels, original: StockKernel): KernelFunc {
  return kernel<'dy' | 'filter', InputAttributes>((call) => {
    const { dy, filter } = call.inputs;
    const { strides, pad, inputShape, dimRoundingMode, dataFormat } = call.attrs;
    const shape = filter.shape as Size;
    const info = tf.backend_util.computeConv2DInfo(inputShape, shape, strides, 1, pad, dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const around = [
      info.filterHeight - 1 - top,
      info.filterHeight - 1 - bottom,
      info.filterWidth - 1 - left,
      info.filterWidth - 1 - right,
    ];
    const strided = info.strideHeight !== 1 || info.strideWidth !== 1;
    const other = dataFormat !== undefined && dataFormat !== 'NHWC';
    if (strided || other || around.some((each) => each < 0)) return leaveToStock(original, call);
    const turned = stock.run('Reverse', { x: filter }, { dims: [0, 1] });
    const swapped = stock.run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] });
    const explicit = [
      [0, 0],
      [around[0], around[1]],
      [around[2], around[3]],
      [0, 0],
    ];
    const attrs = { strides: 1, pad: explicit, dataFormat: 'NHWC', dilations: [1, 1] };
    return stock.finish(stock.run('Conv2D', { x: dy, filter: swapped }, attrs));
  });
}

function tapOf(stock: StockKernels, padded: TensorInfo, info: Info, [i, j]: readonly [number, number]): TensorInfo {
  const ends = [
    i + (info.outHeight - 1) * info.strideHeight + 1,
    j + (info.outWidth - 1) * info.strideWidth + 1,
  ] as const;
  if (info.strideHeight === 1 && info.strideWidth === 1) {
    const size = [info.batchSize, info.outHeight, info.outWidth, info.inChannels];
    return stock.run('Slice', { x: padded }, { begin: [0, i, j, 0], size });
  }
  const attrs = {
    begin: [0, i, j, 0],
    end: [info.batchSize, ...ends, info.inChannels],
    strides: [1, info.strideHeight, info.strideWidth, 1],
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  };
  return stock.run('StridedSlice', { x: padded }, attrs);
}

function pads({ padInfo }: Info): boolean {
  return padInfo.top + padInfo.bottom + padInfo.left + padInfo.right > 0;
}

function paddings({ padInfo: { top, bottom, left, right } }: Info): number[][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
