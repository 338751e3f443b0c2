import { reductionsModule } from '../../module/embedded/reductions.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { cumprod, cumsum } from './cumulative.ts';
import { max, min } from './extremes.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';
import { argMax, argMin } from './position.ts';
import { mean, prod, sum } from './sum.ts';

/** Kernels that make one number of many, or of all that come before. */
export const reductions: KernelGroup = {
  module: reductionsModule,
  kernels: {
    ArgMax: argMax,
    ArgMin: argMin,
    Cumprod: cumprod,
    Cumsum: cumsum,
    Max: max,
    MaxPoolGrad: maxPoolGradient,
    Mean: mean,
    Min: min,
    Prod: prod,
    Sum: sum,
  },
};
