import type { KernelFactory } from '@flowzoo/kernels-wasm';
import type { Addon } from '../addon.ts';
import { INCREMENTAL, incrementalKernel } from './incremental.ts';
import { WAVENET, waveNetKernel } from './wavenet.ts';

/** Kernels that tfjs does not have, for programs that go through their features or steps one at a time. */
export function samplerKernels({ samplers }: Addon): Readonly<Record<string, KernelFactory>> {
  return {
    [INCREMENTAL]: incrementalKernel(samplers['incremental']!),
    [WAVENET]: waveNetKernel(samplers['waveNet']!),
  };
}
