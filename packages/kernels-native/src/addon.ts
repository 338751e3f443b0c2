import { createRequire } from 'node:module';

/** A native function: the heap's bytes, then the numbers that the WebAssembly function of the same name takes. */
export type NativeFunction = (heap: ArrayBuffer, ...values: number[]) => number;

/** A native function that also takes arrays which do not lie on the heap: programs and their weights. */
export type SamplerFunction = (heap: ArrayBuffer, ...values: (number | Int32Array | Float32Array)[]) => void;

/** Of the addon's functions and their arguments; the same number stands in native/addon.cc. */
const VERSION = 2;

/** What the compiled addon gives. */
export interface Addon {
  /** Group of kernels → name → function. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, NativeFunction>>>>;
  /** Samplers, which have no counterpart in the modules of kernels-wasm. */
  readonly samplers: Readonly<Record<string, SamplerFunction>>;
  /** The vector instructions that it uses. */
  readonly features: readonly string[];
  /** How many threads calls from this thread of JavaScript may use. */
  setThreads(count: number): void;
  readonly version: number;
}

const require = createRequire(import.meta.url);

/**
 * Loads the compiled addon.
 *
 * @throws Error when it was not compiled, or for another processor, Node or version of this package.
 */
export function loadAddon(
  path: string = process.env['FLOWZOO_NATIVE_ADDON'] ?? '../build/Release/flowzoo_native.node',
): Addon {
  const addon = require(path) as Addon;
  if (addon.version === VERSION) return addon;
  throw new Error('it was compiled from another version: npm rebuild @flowzoo/kernels-native compiles it again');
}
