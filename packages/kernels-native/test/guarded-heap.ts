import { numbers } from './compiled.ts';

const odd = [0, -0, Infinity, -Infinity, Number.NaN, 1e-45, -3e38, 88.8, -104, 2 ** 21, 1e15];
/** Usual numbers with an odd one among every few. */
export const values = (count: number, seed: number): Float32Array =>
  numbers(count, seed).map((x, i) => (i % 5 === 2 ? odd[(i * seed) % odd.length]! : x));

/** The bits of every element. */
export const bits = (array: Float32Array | Uint8Array): number[] => [
  ...(array instanceof Float32Array ? new Uint32Array(array.slice().buffer) : array),
];
/** The bits, one NaN like the other. */
export const results = (array: Float32Array): number[] => bits(array.map((x) => (Number.isNaN(x) ? Number.NaN : x)));

const GUARD = 32;
/** Tensors with guards between them, the last at the very end of the heap. */
export class Heap {
  readonly buffer: ArrayBuffer;
  readonly at: number[] = [];
  readonly #free: Uint8Array;

  constructor(...tensors: readonly (Float32Array | Uint8Array)[]) {
    const aligned = tensors.map(({ byteLength }) => Math.ceil(byteLength / 4) * 4);
    const last = tensors.at(-1)!.byteLength;
    this.buffer = new ArrayBuffer(aligned.reduce((sum, size) => sum + size + GUARD, 0) - aligned.at(-1)! + last);
    this.#free = new Uint8Array(this.buffer.byteLength).fill(1);
    let end = GUARD;
    tensors.forEach((tensor, i) => {
      new Uint8Array(this.buffer, end, tensor.byteLength).set(
        new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength),
      );
      this.at.push(end);
      this.#free.fill(0, end, end + tensor.byteLength);
      end += aligned[i]! + GUARD;
    });
    this.bytes.forEach((_, i) => {
      if (this.#free[i] === 1) this.bytes[i] = 0xa5;
    });
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.buffer);
  }

  floats(i: number, count: number): Float32Array {
    return new Float32Array(this.buffer, this.at[i], count).slice();
  }

  expectGuards(): void {
    const broken = this.bytes.findIndex((byte, i) => this.#free[i] === 1 && byte !== 0xa5);
    if (broken >= 0) throw new Error(`something was written beside a tensor, at byte ${broken}`);
  }
}

/** Lengths around those of every vector. */
export const counts: readonly number[] = [...Array.from({ length: 36 }, (_, i) => i), 47, 48, 49, 63, 64, 65, 129];
