import { elementwiseModule } from '../../module/embedded/elementwise.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { unary } from './unary.ts';

/** Functions of single elements. */
export const elementwise: KernelGroup = {
  module: elementwiseModule,
  kernels: {
    Exp: unary('vectorExp'),
  },
};
