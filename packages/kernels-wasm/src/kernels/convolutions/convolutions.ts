import { convolutionsModule } from '../../module/embedded/convolutions.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { convolution, convolutionFilterGradient, convolutionInputGradient, fusedConvolution } from './convolution.ts';
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient, fusedDepthwise } from './depthwise.ts';

/** Convolutions of images and their gradients. */
export const convolutions: KernelGroup = {
  module: convolutionsModule,
  kernels: {
    Conv2D: convolution,
    FusedConv2D: fusedConvolution,
    Conv2DBackpropInput: convolutionInputGradient,
    Conv2DBackpropFilter: convolutionFilterGradient,
    DepthwiseConv2dNative: depthwise,
    FusedDepthwiseConv2D: fusedDepthwise,
    DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
    DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  },
};
