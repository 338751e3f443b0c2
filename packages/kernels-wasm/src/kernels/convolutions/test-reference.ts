import { numbers } from '../../../test/compare.ts';
import { type ConvolutionAttributes, convolutionInfo, type Info } from './geometry.ts';

/** One convolution of a test. */
export interface Case {
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly attributes: ConvolutionAttributes;
  readonly depthwise?: boolean;
}

/** Inputs and everything that a convolution and its gradients give, summed in float64. */
export interface Reference {
  readonly info: Info;
  readonly x: Float32Array;
  readonly filter: Float32Array;
  readonly dy: Float32Array;
  readonly y: Float64Array;
  readonly inputGradient: Float64Array;
  readonly filterGradient: Float64Array;
  /** The same sums of absolute values: what the rounding of a sum is measured by. */
  readonly sizes: Readonly<Record<'y' | 'inputGradient' | 'filterGradient', Float64Array>>;
}

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The sums of the definition, one product after the other. */
export function reference({ x: xShape, filter: filterShape, attributes, depthwise = false }: Case): Reference {
  const info = convolutionInfo(xShape, filterShape, attributes, { depthwise });
  const x = numbers(volume(xShape), 11);
  const filter = numbers(volume(filterShape), 12);
  const dy = numbers(volume(info.outShape), 13);
  const y = new Float64Array(dy.length);
  const inputGradient = new Float64Array(x.length);
  const filterGradient = new Float64Array(filter.length);
  const sizes = {
    y: new Float64Array(y.length),
    inputGradient: new Float64Array(x.length),
    filterGradient: new Float64Array(filter.length),
  };
  eachProduct(info, depthwise, (out, at, weight) => {
    const terms = [x[at]! * filter[weight]!, dy[out]! * filter[weight]!, dy[out]! * x[at]!] as const;
    y[out]! += terms[0];
    inputGradient[at]! += terms[1];
    filterGradient[weight]! += terms[2];
    sizes.y[out]! += Math.abs(terms[0]);
    sizes.inputGradient[at]! += Math.abs(terms[1]);
    sizes.filterGradient[weight]! += Math.abs(terms[2]);
  });
  return { info, x, filter, dy, y, inputGradient, filterGradient, sizes };
}

/** Calls back with the positions in y, x and filter of every product in the convolution. */
function eachProduct(info: Info, depthwise: boolean, use: (out: number, at: number, weight: number) => void): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterWidth, padInfo } = info;
  const perFilter = info.filterShape[3];
  for (let place = 0; place < info.batchSize * outHeight * outWidth; place++) {
    const image = Math.floor(place / (outHeight * outWidth));
    const row = Math.floor(place / outWidth) % outHeight;
    for (let tap = 0; tap < info.filterHeight * filterWidth; tap++) {
      const y = row * info.strideHeight - padInfo.top + Math.floor(tap / filterWidth) * info.dilationHeight;
      const x = (place % outWidth) * info.strideWidth - padInfo.left + (tap % filterWidth) * info.dilationWidth;
      if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue;
      const pixel = ((image * inHeight + y) * inWidth + x) * inChannels;
      for (let c = 0; c < inChannels; c++) {
        for (let o = 0; o < perFilter; o++) {
          const out = place * outChannels + (depthwise ? c * perFilter + o : o);
          use(out, pixel + c, (tap * inChannels + c) * perFilter + o);
        }
      }
    }
  }
}
