import { productsModule } from '../../module/embedded/products.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { einsum } from './einsum.ts';
import { fusedMatMul } from './fused-mat-mul.ts';

/** Products of matrices. */
export const products: KernelGroup = {
  module: productsModule,
  kernels: {
    BatchMatMul: batchMatMul,
    _FusedMatMul: fusedMatMul,
    Einsum: einsum,
  },
};
