import { couplingsModule } from '../../module/embedded/couplings.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { affineForward, affineGradient, affineLogGradient } from './affine.ts';
import { rectifierGradient } from './rectifier-gradient.ts';

/** What a training of coupling layers does to every element, each in one pass; tfjs has none of these names. */
export const couplings: KernelGroup = {
  module: couplingsModule,
  kernels: {
    AffineForward: affineForward,
    AffineGradient: affineGradient,
    AffineLogGradient: affineLogGradient,
    RectifierGradient: rectifierGradient,
  },
};
