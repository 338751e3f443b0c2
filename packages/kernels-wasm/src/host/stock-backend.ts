import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';

/** The part of tfjs's wasm backend that kernels of ours stand on; not in its published types as one name. */
export interface StockBackend {
  readonly wasm: {
    _malloc: (bytes: number) => number;
    readonly _free: (address: number) => void;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType, memoryOffset?: number, values?: ArrayBufferView): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): ArrayBufferView;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The started wasm backend, or null when this tfjs has none. */
export async function findStockBackend(): Promise<StockBackend | null> {
  if (tf.findBackendFactory('wasm') === null) return null;
  if (tf.getBackend() === 'wasm') await tf.ready();
  return tf.findBackend('wasm') as unknown as StockBackend | null;
}

/** The heap, or null where it is out of reach (the threaded build keeps it elsewhere, and shares it). */
export function heapOf(backend: StockBackend): WebAssembly.Memory | null {
  const memory = backend.wasm.asm?.memory;
  return memory instanceof WebAssembly.Memory && !isShared(memory) ? memory : null;
}

function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && (memory.buffer as unknown) instanceof SharedArrayBuffer;
}
