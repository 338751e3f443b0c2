import type { DataType, TensorInfo } from '@tensorflow/tfjs';

/** The part of tfjs's wasm backend that a kernel needs; not in its published types. */
export interface WasmBackend {
  readonly wasm: {
    readonly _malloc: (bytes: number) => number;
    readonly _free: (address: number) => void;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** tfjs's heap, or null where it is out of reach: the threaded build keeps it elsewhere, and shares it. */
export function heapOf({ wasm }: WasmBackend): WebAssembly.Memory | null {
  const memory = wasm.asm?.memory;
  if (!(memory instanceof WebAssembly.Memory)) return null;
  const shared = typeof SharedArrayBuffer !== 'undefined' && (memory.buffer as unknown) instanceof SharedArrayBuffer;
  return shared ? null : memory;
}
