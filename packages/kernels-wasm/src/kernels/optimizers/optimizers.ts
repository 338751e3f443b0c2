import { optimizersModule } from '../../module/embedded/optimizers.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { adamaxStep, adamStep } from './adam-step.ts';
import { averageStep } from './average-step.ts';
import { splitFlat } from './split-flat.ts';

/** Kernels over one flat vector of parameters; tfjs has none of these names. */
export const optimizers: KernelGroup = {
  module: optimizersModule,
  kernels: {
    AdamStep: adamStep,
    AdamaxStep: adamaxStep,
    AverageStep: averageStep,
    SplitFlat: splitFlat,
  },
};
