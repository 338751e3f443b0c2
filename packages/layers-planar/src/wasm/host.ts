import { FlowzooError } from '@flowzoo/core';
import type { TensorInfo } from '@tensorflow/tfjs';
import { stacksModule } from './embedded-stacks.ts';
import type { StackFunctions } from './functions.ts';
import { heapOf, type WasmBackend } from './wasm-backend.ts';

/** One call of the module: tensors by the order in which its function takes their addresses. */
export interface HostCall {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly (readonly number[])[];
  /** The input that the call writes to. Default: none. */
  readonly written?: number | undefined;
  /** Bytes of working memory. */
  readonly scratch: number;
  run(functions: StackFunctions, places: HostPlaces): void;
}

/** Addresses of one call. */
export interface HostPlaces {
  readonly scratch: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Runs the module on tensors of one backend. */
export interface StackHost {
  readonly functions: StackFunctions;
  /** New tensors, the caller's. */
  call(call: HostCall): TensorInfo[];
}

/** On tfjs's own heap: no number is copied. */
class HeapHost implements StackHost {
  readonly functions: StackFunctions;
  readonly #backend: WasmBackend;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(module: WebAssembly.Module, backend: WasmBackend, memory: WebAssembly.Memory) {
    this.functions = instantiate(module, memory);
    this.#backend = backend;
  }

  call({ inputs, outputs, scratch, run }: HostCall): TensorInfo[] {
    const made = outputs.map((shape) => this.#backend.makeOutput([...shape], 'float32'));
    run(this.functions, {
      scratch: this.#reserve(scratch),
      inputs: inputs.map((tensor) => this.#place(tensor)),
      outputs: made.map((tensor) => this.#place(tensor)),
    });
    return made;
  }

  #place({ dataId }: TensorInfo): number {
    return this.#backend.dataIdMap.get(dataId).memoryOffset;
  }

  /** Kept and grown, so that a step of a training allocates nothing. */
  #reserve(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      const { _free: free, _malloc: allocate } = this.#backend.wasm;
      if (this.#scratchBytes > 0) free(this.#scratch);
      this.#scratchBytes = 0;
      this.#scratch = allocate(bytes + 16) >>> 0;
      if (this.#scratch === 0) {
        throw new FlowzooError('E_OUT_OF_MEMORY', `the WebAssembly heap has no room for ${bytes} bytes more`, {
          remedy: 'Dispose what is not needed, or work on smaller batches',
        });
      }
      this.#scratchBytes = bytes;
    }
    return Math.ceil(this.#scratch / 16) * 16;
  }
}

const PAGE = 65_536;

/** On a memory of its own, into which inputs are copied, for a backend whose heap is out of reach. */
class CopyingHost implements StackHost {
  readonly functions: StackFunctions;
  readonly #backend: WasmBackend;
  readonly #memory: WebAssembly.Memory;

  constructor(module: WebAssembly.Module, backend: WasmBackend) {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.functions = instantiate(module, this.#memory);
    this.#backend = backend;
  }

  call({ inputs, outputs, written, scratch, run }: HostCall): TensorInfo[] {
    const made = outputs.map((shape) => this.#backend.makeOutput([...shape], 'float32'));
    const arrays = [...inputs, ...made].map((tensor) => this.#backend.typedArrayFromHeap(tensor));
    let top = 16;
    const places = [scratch, ...arrays.map(({ byteLength }) => byteLength)].map((bytes) => {
      const place = top;
      top += Math.ceil(bytes / 16) * 16;
      return place;
    });
    const missing = top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    const view = (index: number): Float32Array =>
      new Float32Array(this.#memory.buffer, places[index + 1]!, arrays[index]!.length);
    inputs.forEach((_, index) => view(index).set(arrays[index]!));
    const [first, ...others] = places as [number, ...number[]];
    run(this.functions, {
      scratch: first,
      inputs: others.slice(0, inputs.length),
      outputs: others.slice(inputs.length),
    });
    if (written !== undefined) arrays[written]!.set(view(written));
    made.forEach((_, index) => arrays[inputs.length + index]!.set(view(inputs.length + index)));
    return made;
  }
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): StackFunctions {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as StackFunctions;
}

let compiled: WebAssembly.Module | null | undefined;
const hosts = new WeakMap<WasmBackend, StackHost>();

/** Whether this machine runs the module. */
export function canRunModule(): boolean {
  return compile() !== null;
}

/** The module on a backend's tensors, started at the first call; `copying` leaves tfjs's heap alone. */
export function hostFor(backend: WasmBackend, options: { readonly copying?: boolean } = {}): StackHost {
  const known = options.copying === true ? undefined : hosts.get(backend);
  if (known !== undefined) return known;
  const module = compile()!;
  const memory = options.copying === true ? null : heapOf(backend);
  const host = memory === null ? new CopyingHost(module, backend) : new HeapHost(module, backend, memory);
  if (options.copying !== true) hosts.set(backend, host);
  return host;
}

function compile(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const bytes = typeof WebAssembly === 'undefined' ? null : decode(stacksModule);
    compiled = bytes !== null && WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return compiled;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
