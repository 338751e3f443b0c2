import type { DataType, KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import type { StockBackend } from './stock-backend.ts';

/** What a kernel of ours needs of tfjs: the heap, places on it, and the kernel that it replaces. */
export class Host {
  /** tfjs's own backend object. */
  readonly backend: StockBackend;
  /** The heap; its `buffer` is another one after every growth, so nobody keeps a view across an allocation. */
  readonly memory: WebAssembly.Memory;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(backend: StockBackend, memory: WebAssembly.Memory) {
    this.backend = backend;
    this.memory = memory;
  }

  /** Byte offset of a tensor's values. */
  pointer(tensor: TensorInfo): number {
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** A new tensor with undefined values; it is the caller's. Allocate before you take pointers' views. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.backend.makeOutput(shape as number[], dtype);
  }

  /** The same values under another shape, without a copy; a new reference, which is the caller's. */
  share(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    this.backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: shape as number[], dtype: tensor.dtype };
  }

  /**
   * Byte offset of at least `bytes` bytes of working memory, aligned to 16, undefined values, valid until the next call
   * of any kernel. Kept and grown, so that a step of a training allocates nothing.
   *
   * @throws HeapError E_OUT_OF_MEMORY
   */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      this.release();
      this.#scratch = this.backend.wasm._malloc(bytes + 16) >>> 0;
      this.#scratchBytes = bytes;
    }
    return Math.ceil(this.#scratch / 16) * 16;
  }

  /** Gives the working memory back. */
  release(): void {
    if (this.#scratchBytes > 0) this.backend.wasm._free(this.#scratch);
    this.#scratch = 0;
    this.#scratchBytes = 0;
  }

  /** A view of a float32 or int32 tensor on the heap; dead after the next allocation. */
  view(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array {
    return this.backend.typedArrayFromHeap(tensor) as Float32Array | Int32Array | Uint8Array;
  }
}

/** Makes a kernel function. `stock` is the function that it replaces, for what it leaves to it; undefined when tfjs has none. */
export type KernelFactory = (host: Host, stock: StockKernel | undefined) => KernelFunc;

/** A kernel that is called inside ours. */
export type StockKernel = (call: {
  readonly inputs: NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: object;
}) => TensorInfo | TensorInfo[];
