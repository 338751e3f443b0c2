import type { StockBackend } from './stock-backend.ts';

/** WebAssembly addresses 4 GiB; what is larger wraps around to a small number inside tfjs. */
const LIMIT = 2 ** 32;

/** The heap has no room for a tensor. Nothing is lost: dispose tensors, or work on smaller batches, and go on. */
export class HeapError extends Error {
  /** Stable. */
  readonly code = 'E_OUT_OF_MEMORY';
  /** How many bytes were asked for. */
  readonly bytes: number;

  constructor(bytes: number, heapBytes: number) {
    const asked = bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.round(bytes / 2 ** 20)} MiB`;
    super(
      `the WebAssembly heap has no room for ${asked} more: it holds ${Math.round(heapBytes / 2 ** 20)} MiB and can grow to ` +
        '4096 MiB. Dispose what is not needed, or work on smaller batches',
    );
    this.name = 'HeapError';
    this.bytes = bytes;
  }
}

/**
 * Makes tfjs stop at an allocation that failed. Stock tfjs takes the address 0 that it then gets for a place of its own,
 * writes over the heap's first bytes, and is lost a little later.
 *
 * @returns The way back.
 */
export function guardHeap(backend: StockBackend, memory: WebAssembly.Memory): () => void {
  const { wasm } = backend;
  // At its first call tfjs replaces this function by the real one; ours must come after that.
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc;
  const guarded = (bytes: number): number => {
    const place = bytes < LIMIT ? allocate(bytes) : 0;
    if (place === 0 && bytes > 0) throw new HeapError(bytes, memory.buffer.byteLength);
    return place;
  };
  wasm._malloc = guarded;
  return () => {
    if (wasm._malloc === guarded) wasm._malloc = allocate;
  };
}
