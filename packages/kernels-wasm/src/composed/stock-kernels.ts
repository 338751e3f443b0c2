import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { StockBackend } from '../host/stock-backend.ts';

/** Stock kernels of the wasm backend, called one after another below the level of tensors: no tape, no scopes. */
export class StockKernels {
  readonly #backend: StockBackend;
  readonly #functions = new Map<string, KernelFunc>();
  readonly #temporary: TensorInfo[] = [];

  /** Looks the functions up now, before anything of ours is registered under their names. */
  constructor(backend: StockBackend, names: readonly string[]) {
    this.#backend = backend;
    for (const name of names) this.#functions.set(name, tf.getKernel(name, 'wasm').kernelFunc);
  }

  /** Runs one kernel; the result lives until {@link finish}. */
  run(
    name: string,
    inputs: Readonly<Record<string, TensorInfo>> | readonly TensorInfo[],
    attrs: object = {},
  ): TensorInfo {
    const call = { inputs, backend: this.#backend, attrs } as unknown as Parameters<KernelFunc>[0];
    const result = this.#functions.get(name)!(call) as TensorInfo;
    this.#temporary.push(result);
    return result;
  }

  /** A tensor of numbers; lives until {@link finish}. */
  constant(values: readonly number[], shape: readonly number[] = []): TensorInfo {
    const info = this.#backend.makeOutput(shape as number[], 'float32', undefined, Float32Array.from(values));
    this.#temporary.push(info);
    return info;
  }

  /** The same values under another shape; lives until {@link finish}. */
  reshape(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
    this.#backend.incRef(tensor.dataId);
    const info = { dataId: tensor.dataId, shape: shape as number[], dtype: tensor.dtype };
    this.#temporary.push(info);
    return info;
  }

  /** Takes over a tensor that another kernel made; lives until {@link finish}. */
  adopt(tensor: TensorInfo): TensorInfo {
    this.#temporary.push(tensor);
    return tensor;
  }

  /** Disposes everything since the last call but the result, which becomes the caller's. */
  finish(result: TensorInfo): TensorInfo {
    this.#backend.incRef(result.dataId);
    this.discard();
    return result;
  }

  /** Disposes everything, after an error for example. */
  discard(): void {
    for (const each of this.#temporary.splice(0)) this.#backend.disposeData(each.dataId);
  }
}
