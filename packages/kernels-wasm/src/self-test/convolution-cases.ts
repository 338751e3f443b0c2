import { shaped, vector, type KnownCase } from './known-case.ts';

const x = shaped([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
const filter = shaped([2, 2, 1, 1], [1, -1, 2, 0]);
const dy = shaped([1, 2, 2, 1], [1, 2, 3, 4]);
const common = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dimRoundingMode: undefined };
const forward = { ...common, dilations: [1, 1] };
const gradient = [1, 1, -2, 5, 5, -4, 6, 8, 0];
const filterGradient = [37, 47, 67, 77];

/** A 2×2 filter over a 3×3 image. */
export const convolutionCases: Readonly<Record<string, readonly KnownCase[]>> = {
  Conv2D: [{ inputs: { x, filter }, attrs: forward, expected: shaped([1, 2, 2, 1], [7, 9, 13, 15]) }],
  FusedConv2D: [
    {
      inputs: { x, filter, bias: vector(-10) },
      attrs: { ...forward, activation: 'relu', leakyreluAlpha: 0 },
      expected: shaped([1, 2, 2, 1], [0, 0, 3, 5]),
    },
  ],
  Conv2DBackpropInput: [
    {
      inputs: { dy, filter },
      attrs: { ...common, inputShape: [1, 3, 3, 1] },
      expected: shaped([1, 3, 3, 1], gradient),
    },
  ],
  Conv2DBackpropFilter: [
    {
      inputs: { x, dy },
      attrs: { ...common, filterShape: [2, 2, 1, 1] },
      expected: shaped([2, 2, 1, 1], filterGradient),
    },
  ],
  DepthwiseConv2dNative: [{ inputs: { x, filter }, attrs: forward, expected: shaped([1, 2, 2, 1], [7, 9, 13, 15]) }],
  FusedDepthwiseConv2D: [
    {
      inputs: { x, filter, bias: vector(-10) },
      attrs: { ...forward, activation: 'relu', leakyreluAlpha: 0 },
      expected: shaped([1, 2, 2, 1], [0, 0, 3, 5]),
    },
  ],
  DepthwiseConv2dNativeBackpropInput: [
    {
      inputs: { dy, filter },
      attrs: { ...forward, inputShape: [1, 3, 3, 1] },
      expected: shaped([1, 3, 3, 1], gradient),
    },
  ],
  DepthwiseConv2dNativeBackpropFilter: [
    {
      inputs: { x, dy },
      attrs: { ...forward, filterShape: [2, 2, 1, 1] },
      expected: shaped([2, 2, 1, 1], filterGradient),
    },
  ],
};
