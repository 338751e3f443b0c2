import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { acceptsDilations } from '../../gradients/accepts-dilations.ts';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { activate } from './activation.ts';
import { type FusedAttributes, type FusedInputs, isOursFused } from './convolution.ts';
import {
  type ConvolutionAttributes,
  convolutionInfo,
  GEOMETRY_BYTES,
  geometryOf,
  type Info,
  isOurs,
  sizeOf,
  writeGeometry,
} from './geometry.ts';

const DEPTHWISE = { depthwise: true };

/** Convolution of each channel with filters of its own. Nothing of the filter is kept between calls. */
export function depthwise(tools: KernelTools): KernelFunc {
  return kernel<'x' | 'filter', ConvolutionAttributes>((call) => {
    const { x, filter } = call.inputs;
    if (!isOurs([x, filter], call.attrs.dataFormat)) return leaveToStock(tools.stock, call);
    return run(tools, convolutionInfo(x.shape, filter.shape, call.attrs, DEPTHWISE), { x, filter });
  });
}

/** The same with a bias and an activation. */
export function fusedDepthwise(tools: KernelTools): KernelFunc {
  return kernel<'x' | 'filter', FusedAttributes>((call) => {
    const inputs = call.inputs as unknown as FusedInputs;
    const info = convolutionInfo(inputs.x.shape, inputs.filter.shape, call.attrs, DEPTHWISE);
    if (!isOursFused(inputs, call.attrs, info.outChannels)) return leaveToStock(tools.stock, call);
    return activate(tools.host, run(tools, info, inputs), call.attrs, inputs.preluActivationWeights);
  });
}

function run(
  { host, functions }: KernelTools,
  info: Info,
  { x, filter, bias }: { readonly x: TensorInfo; readonly filter: TensorInfo; readonly bias?: TensorInfo },
): TensorInfo {
  const y = host.output(info.outShape);
  if (sizeOf(y) === 0) return y;
  const times = multiplier(info);
  const { geometry, space } = workspace(host, info, times === 1 ? 0 : sizeOf(x) * times);
  let from = host.pointer(x);
  if (times !== 1) {
    functions['repeatEach']!(from, space, sizeOf(x), times);
    from = space;
  }
  functions['depthwise']!(geometry, from, host.pointer(filter), bias ? host.pointer(bias) : 0, host.pointer(y));
  return y;
}

/** Gradient with respect to the input; tfjs has none on this backend. */
export function depthwiseInputGradient(tools: KernelTools): KernelFunc {
  const { host, functions } = tools;
  return acceptsDilations(
    kernel<'dy' | 'filter', ConvolutionAttributes & { readonly inputShape: number[] }>((call) => {
      const { dy, filter } = call.inputs;
      if (!isOurs([dy, filter], 'NHWC')) return refuse(tools, 'DepthwiseConv2dNativeBackpropInput', call);
      const info = convolutionInfo(call.attrs.inputShape, filter.shape, call.attrs, DEPTHWISE);
      const gradient = host.output(info.inShape);
      const size = sizeOf(gradient);
      if (size === 0) return gradient;
      const times = multiplier(info);
      const { geometry, space } = workspace(host, info, times === 1 ? 0 : size * times);
      const to = times === 1 ? host.pointer(gradient) : space;
      functions['depthwiseInput']!(geometry, host.pointer(dy), host.pointer(filter), to);
      if (times !== 1) functions['sumEach']!(space, host.pointer(gradient), size, times);
      return gradient;
    }),
  );
}

/** Gradient with respect to the filter; tfjs has none on this backend. */
export function depthwiseFilterGradient(tools: KernelTools): KernelFunc {
  const { host, functions } = tools;
  return acceptsDilations(
    kernel<'x' | 'dy', ConvolutionAttributes & { readonly filterShape: number[] }>((call) => {
      const { x, dy } = call.inputs;
      if (!isOurs([x, dy], 'NHWC')) return refuse(tools, 'DepthwiseConv2dNativeBackpropFilter', call);
      const info = convolutionInfo(x.shape, call.attrs.filterShape, call.attrs, DEPTHWISE);
      const gradient = host.output(info.filterShape);
      if (sizeOf(gradient) === 0) return gradient;
      const times = multiplier(info);
      const { geometry, space } = workspace(host, info, times === 1 ? 0 : sizeOf(x) * times);
      let from = host.pointer(x);
      if (times !== 1) {
        functions['repeatEach']!(from, space, sizeOf(x), times);
        from = space;
      }
      functions['depthwiseFilter']!(geometry, from, host.pointer(dy), host.pointer(gradient));
      return gradient;
    }),
  );
}

function refuse<Inputs extends string, Attributes>(
  { stock }: KernelTools,
  name: string,
  call: Parameters<typeof leaveToStock<Inputs, Attributes>>[1],
): TensorInfo | TensorInfo[] {
  if (stock !== undefined) return leaveToStock(stock, call);
  const dtypes = Object.values<TensorInfo>(call.inputs).map(({ dtype }) => dtype);
  throw new Error(`${name} on wasm takes float32 tensors, not ${dtypes.join(' and ')}`);
}

/** Output channels for each input channel. */
function multiplier({ filterShape }: Info): number {
  return filterShape[3];
}

/** The module knows one output channel for each input channel: with more, x is repeated to as many. */
function workspace(
  host: KernelTools['host'],
  info: Info,
  numbers: number,
): { readonly geometry: number; readonly space: number } {
  const address = host.scratch(GEOMETRY_BYTES + 4 * numbers);
  writeGeometry(host, address, { ...geometryOf(info), channels: info.outChannels });
  return { geometry: address, space: address + GEOMETRY_BYTES };
}
