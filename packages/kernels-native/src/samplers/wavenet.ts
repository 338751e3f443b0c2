import type { KernelFactory } from '@flowzoo/kernels-wasm';
import type { KernelFunc } from '@tensorflow/tfjs';
import type { SamplerFunction } from '../addon.ts';

/** Name of the kernel, which tfjs itself does not have. */
export const WAVENET = 'FlowzooWaveNet';

/** What a program is asked for, by the addon's numbers. */
const OPERATIONS = ['global', 'local', 'step', 'draw'] as const;

/**
 * Attributes of the kernel `FlowzooWaveNet`: a WaveNet that runs step by step, as words and floats that
 * `@flowzoo/layers-autoregressive` writes and reads (its `src/wavenet/cached/words.ts`). They are changed in place; the kernel
 * has neither inputs nor outputs. Its numbers are those of WebAssembly, to the last bit.
 */
export interface WaveNetAttributes {
  readonly words: Int32Array;
  readonly floats: Float32Array;
  /** Conditions for all steps (`global`) or for a frame (`local`), one step, or `steps` steps whose levels are drawn. */
  readonly operation: (typeof OPERATIONS)[number];
  readonly steps?: number;
  readonly temperature?: number;
}

/** The kernel on the addon's function. */
export function waveNetKernel(run: SamplerFunction): KernelFactory {
  return (host): KernelFunc =>
    ({ attrs }) => {
      const { words, floats, operation, steps = 1, temperature = 1 } = attrs as unknown as WaveNetAttributes;
      run(host.memory.buffer, words, floats, OPERATIONS.indexOf(operation), steps, temperature);
      return [];
    };
}
