import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { acceptsDilations } from '../../gradients/accepts-dilations.ts';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { activate, type ActivationAttributes, knowsActivation } from './activation.ts';
import { runConvolution, runFilterGradient, runInputGradient } from './dense.ts';
import { type ConvolutionAttributes, convolutionInfo, isOurs } from './geometry.ts';

/** Convolution. Nothing of the filter is kept between calls, so a filter may change in place. */
export function convolution(tools: KernelTools): KernelFunc {
  return kernel<'x' | 'filter', ConvolutionAttributes>((call) => {
    const { x, filter } = call.inputs;
    if (!isOurs([x, filter], call.attrs.dataFormat)) return leaveToStock(tools.stock, call);
    return runConvolution(tools, convolutionInfo(x.shape, filter.shape, call.attrs), call.inputs);
  });
}

/** What the fused kernels take beside x and filter. */
export interface FusedInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

/** Attributes of the fused kernels. */
export type FusedAttributes = ConvolutionAttributes & ActivationAttributes;

/** Whether a fused call is ours; tfjs's own kernel gives the errors for other biases and activations. */
export function isOursFused(inputs: FusedInputs, attrs: FusedAttributes, outChannels: number): boolean {
  const { x, filter, bias, preluActivationWeights: alpha } = inputs;
  const tensors = [x, filter, bias, alpha].filter((each) => each !== undefined && each !== null);
  if (!isOurs(tensors, attrs.dataFormat) || !knowsActivation(attrs.activation)) return false;
  return !bias || (bias.shape.length === 1 && bias.shape[0] === outChannels);
}

/** Convolution with a bias and an activation. */
export function fusedConvolution(tools: KernelTools): KernelFunc {
  return kernel<'x' | 'filter', FusedAttributes>((call) => {
    const inputs = call.inputs as unknown as FusedInputs;
    if (!isOursFused(inputs, call.attrs, inputs.filter.shape[3]!)) return leaveToStock(tools.stock, call);
    const { x, filter, bias } = inputs;
    const y = runConvolution(tools, convolutionInfo(x.shape, filter.shape, call.attrs), {
      x,
      filter,
      bias: bias ?? undefined,
    });
    return activate(tools.host, y, call.attrs, inputs.preluActivationWeights);
  });
}

/** Gradient with respect to the filter; tfjs has none on this backend. */
export function convolutionFilterGradient(tools: KernelTools): KernelFunc {
  return acceptsDilations(
    kernel<'x' | 'dy', ConvolutionAttributes & { readonly filterShape: number[] }>((call) => {
      const { x, dy } = call.inputs;
      if (!isOurs([x, dy], call.attrs.dataFormat)) {
        if (tools.stock !== undefined) return leaveToStock(tools.stock, call);
        throw new Error(
          `Conv2DBackpropFilter on wasm takes float32 tensors of dataFormat NHWC, not ${x.dtype}, ${dy.dtype} and ${call.attrs.dataFormat}`,
        );
      }
      return runFilterGradient(tools, convolutionInfo(x.shape, call.attrs.filterShape, call.attrs), call.inputs);
    }),
  );
}

/** Gradient with respect to the input. */
export function convolutionInputGradient(tools: KernelTools): KernelFunc {
  return acceptsDilations(
    kernel<'dy' | 'filter', ConvolutionAttributes & { readonly inputShape: number[] }>((call) => {
      const { dy, filter } = call.inputs;
      if (!isOurs([dy, filter], call.attrs.dataFormat)) return leaveToStock(tools.stock, call);
      return runInputGradient(tools, convolutionInfo(call.attrs.inputShape, filter.shape, call.attrs), call.inputs);
    }),
  );
}
