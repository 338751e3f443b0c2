import type { SamplerProgram } from '../program.ts';
import type { Stretch } from '../run-arrays.ts';
import { pixelCnnModule } from './embedded-pixelcnn.ts';

/** The function of assembly/pixelcnn.ts; addresses are bytes. */
type Run = (
  memory: number,
  words: number,
  first: number,
  images: number,
  row: number,
  column: number,
  columns: number,
) => void;

const PAGE = 65_536;
/** The module takes the first bytes for none. */
const START = 64;
/** A memory that outgrew this is left to the collector instead of being kept for the next sampler. */
const KEPT_BYTES = 2 ** 26;

/** The module with a memory of its own, which holds one program. */
export class PixelCnnHost {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #run: Run;
  #words = START;
  #numbers: Float32Array = new Float32Array();

  constructor(module: WebAssembly.Module) {
    const abort = (): never => {
      throw new Error('the module of PixelCNN samplers stopped itself');
    };
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory, abort } });
    this.#run = instance.exports['run'] as Run;
  }

  /** Replaces the program. */
  load({ words, size, constants }: SamplerProgram): void {
    this.#words = START + Math.ceil((4 * size) / 64) * 64;
    const missing = this.#words + words.byteLength - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#numbers = new Float32Array(this.#memory.buffer, START, size);
    this.#numbers.fill(0);
    for (const { at, values } of constants) this.#numbers.set(values, at);
    new Int32Array(this.#memory.buffer, this.#words, words.length).set(words);
  }

  numbers(): Float32Array {
    return this.#numbers;
  }

  run(first: number, { images, row, column, columns }: Stretch): void {
    this.#run(START, this.#words, first, images, row, column, columns);
  }

  /** Bytes of the memory. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }
}

let idle: PixelCnnHost | undefined;
let compiled: WebAssembly.Module | null | undefined;

/** A module that nobody else uses until it is given back; null where the host has no WebAssembly or no SIMD. */
export function borrowHost(): PixelCnnHost | null {
  const host = idle;
  idle = undefined;
  if (host !== undefined) return host;
  compiled ??= compile();
  return compiled === null ? null : new PixelCnnHost(compiled);
}

/** Lets the next sampler have it. */
export function giveBackHost(host: PixelCnnHost): void {
  if (host.size <= KEPT_BYTES) idle = host;
}

function compile(): WebAssembly.Module | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(pixelCnnModule), (letter) => letter.charCodeAt(0));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
