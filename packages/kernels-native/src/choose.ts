import type { ModuleExports } from '@flowzoo/kernels-wasm';

/** A function of either tier. */
export type KernelFunction = ModuleExports[string];

/** Chooses, for one function of a group, between the native one and that of the WebAssembly module. */
export type Choice = (native: KernelFunction, wasm: KernelFunction | undefined) => KernelFunction;

/** The native function answers 1, or 0 where it leaves the work to WebAssembly. */
const unlessRefused: Choice = (native, wasm) =>
  wasm === undefined ? native : (...values) => native(...values) || wasm(...values);

/** Multiplications below which WebAssembly is faster: a call of oneDNN takes half a microsecond. */
const FEWEST_MULTIPLICATIONS = 12_000;

/** A product on whichever is faster for its size: parameters 10 to 12 are rows, columns and inner steps. */
const bySize: Choice = (native, wasm) => {
  if (wasm === undefined) return native;
  return (...values) =>
    values[10]! * values[11]! * values[12]! < FEWEST_MULTIPLICATIONS
      ? wasm(...values)
      : native(...values) || wasm(...values);
};

/** Group → function → choice; a function that is not named is native. */
export const choices: Readonly<Record<string, Readonly<Record<string, Choice>>>> = {
  products: { batchedProduct: bySize },
  convolutions: {
    convolve: unlessRefused,
    filterGradient: unlessRefused,
    inputGradient: unlessRefused,
    depthwise: unlessRefused,
    depthwiseFilter: unlessRefused,
    depthwiseInput: unlessRefused,
  },
};
