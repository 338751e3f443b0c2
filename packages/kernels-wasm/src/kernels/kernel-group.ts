import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { Host, StockKernel } from '../host/host.ts';
import type { EmbeddedModule } from '../module/embedded-module.ts';
import type { ModuleExports } from '../module/instantiate.ts';

/** Kernels that share one WebAssembly module. */
export interface KernelGroup {
  readonly module: EmbeddedModule;
  /** tfjs kernel name → the kernel on top of the module's functions. */
  readonly kernels: Readonly<Record<string, (tools: KernelTools) => KernelFunc>>;
}

/** What a kernel is made from. */
export interface KernelTools {
  readonly host: Host;
  readonly functions: ModuleExports;
  /** The kernel that is replaced, for dtypes and forms that are left to it; undefined when tfjs has none. */
  readonly stock: StockKernel | undefined;
}

/** A call of a kernel, with the names of its inputs and its attributes. */
export interface KernelCall<Inputs extends string, Attributes = undefined> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly backend: unknown;
  readonly attrs: Attributes;
}

/** Gives a function with typed inputs and attributes the type that tfjs registers. */
export function kernel<Inputs extends string, Attributes = undefined>(
  run: (call: KernelCall<Inputs, Attributes>) => TensorInfo | TensorInfo[],
): KernelFunc {
  return run as unknown as KernelFunc;
}

/** Leaves a call to the stock kernel. */
export function leaveToStock<Inputs extends string, Attributes>(
  stock: StockKernel | undefined,
  call: KernelCall<Inputs, Attributes>,
): TensorInfo | TensorInfo[] {
  if (stock === undefined) throw new Error('tfjs has no kernel for this dtype');
  return stock(call as unknown as Parameters<StockKernel>[0]);
}
