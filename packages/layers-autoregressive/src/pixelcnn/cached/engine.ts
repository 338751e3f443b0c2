import { FlowzooError } from '@flowzoo/core';
import type { SamplerProgram } from './program.ts';
import { runArrays, type Stretch } from './run-arrays.ts';
import { borrowHost, giveBackHost } from './wasm/host.ts';

/** What computes a program. Both engines give the same bits. */
export type CachedKernel = 'wasm' | 'typescript';

/** A program with its memory. */
export interface Engine {
  /** The numbers of the program; a view that the next call may end. */
  numbers(): Float32Array;
  /** Runs the instructions that begin at a word. */
  run(first: number, stretch: Stretch): void;
  /** Gives the memory back. */
  dispose(): void;
}

/**
 * Loads a program; without a `kernel` as WebAssembly where the host has it with SIMD.
 *
 * @throws E_OPTION when `wasm` is asked for and not there
 */
export function engineFor(program: SamplerProgram, kernel: CachedKernel | undefined): Engine {
  const host = kernel === 'typescript' ? null : borrowHost();
  if (host === null) {
    if (kernel !== 'wasm') return arrayEngine(program);
    throw new FlowzooError('E_OPTION', 'this host has no WebAssembly with SIMD', {
      expected: '"kernel": "typescript"',
      found: '"wasm"',
      remedy: 'Leave the option out: it is found by itself',
    });
  }
  host.load(program);
  return {
    numbers: () => host.numbers(),
    run: (first, stretch) => host.run(first, stretch),
    dispose: () => giveBackHost(host),
  };
}

function arrayEngine({ words, size, constants }: SamplerProgram): Engine {
  const memory = new Float32Array(size);
  for (const { at, values } of constants) memory.set(values, at);
  return {
    numbers: () => memory,
    run: (first, stretch) => runArrays(memory, words, first, stretch),
    dispose() {
      // An array is collected.
    },
  };
}
