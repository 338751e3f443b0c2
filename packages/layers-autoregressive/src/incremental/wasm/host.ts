import { incrementalModule } from './embedded-incremental.ts';

/** The functions of assembly/incremental.ts; addresses are bytes of the module's memory, counts are elements. */
export interface IncrementalFunctions {
  run(
    instructions: number,
    blocks: number,
    weights: number,
    state: number,
    panels: number,
    panelBytes: number,
    lanes: number,
    activation: number,
    slope: number,
    settings: number,
  ): void;
  gather: Spread;
  scatter: Spread;
}

type Spread = (
  values: number,
  batch: number,
  width: number,
  order: number,
  count: number,
  state: number,
  panelBytes: number,
  lanes: number,
) => void;

/** What the module calls for a feature whose transformer is not affine. */
export type TransformCall = (panel: number, value: number, parameters: number, logDerivative: number) => void;

const PAGE = 65_536;
/** Beyond this many bytes of kept programs all are forgotten, and placed again when they are used. */
const KEPT_BYTES = 2 ** 27;

/**
 * The module with a memory of its own, which serves every backend whose numbers can be read. Programs stay in it from call
 * to call; what a call needs besides lies behind them.
 */
export class IncrementalHost {
  readonly functions: IncrementalFunctions;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  #places = new WeakMap<object, readonly number[]>();
  #end = 16;
  #top = 16;
  #transform: TransformCall | null = null;

  constructor(module: WebAssembly.Module) {
    const abort = (): never => {
      throw new Error('the module of incremental inverses stopped itself');
    };
    const host = { transform: (...given: Parameters<TransformCall>) => this.#transform!(...given) };
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory, abort }, host });
    this.functions = instance.exports as unknown as IncrementalFunctions;
  }

  /** Addresses of arrays that are kept for an owner. */
  place(owner: object, arrays: readonly (Int32Array | Float32Array)[]): readonly number[] {
    const known = this.#places.get(owner);
    if (known !== undefined) return known;
    const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength + 16, 0);
    if (this.#end + bytes > KEPT_BYTES) {
      this.#places = new WeakMap();
      this.#end = 16;
    }
    this.#top = this.#end;
    const addresses = arrays.map((values) => this.copy(values));
    this.#end = this.#top;
    this.#places.set(owner, addresses);
    return addresses;
  }

  /** Forgets what the last call needed. Between this and the end of a call nothing may be placed. */
  begin(transform: TransformCall | null): void {
    this.#top = this.#end;
    this.#transform = transform;
  }

  /** Address of `bytes` bytes with undefined values, aligned to 16. */
  allocate(bytes: number): number {
    const address = this.#top;
    this.#top += Math.ceil(bytes / 16) * 16;
    const missing = this.#top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** Address of a copy. */
  copy(values: Int32Array | Float32Array): number {
    const address = this.allocate(values.byteLength);
    new Uint8Array(this.#memory.buffer).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      address,
    );
    return address;
  }

  /** A view that the next allocation may end. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count);
  }
}

let started: IncrementalHost | null | undefined;

/** The module, started at the first call; null where the host has no WebAssembly or no SIMD. */
export function incrementalHost(): IncrementalHost | null {
  if (started === undefined) started = start();
  return started;
}

/** Starts a module of its own; null where the host cannot. */
export function start(): IncrementalHost | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = decode(incrementalModule);
  return WebAssembly.validate(bytes) ? new IncrementalHost(new WebAssembly.Module(bytes)) : null;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
