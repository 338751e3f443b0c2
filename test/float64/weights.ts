/** Event shape, batch excluded. */
export type Shape = readonly number[];

interface Entry {
  readonly dtype: string;
  readonly data_offsets: readonly [number, number];
}

/**
 * The arrays of a safetensors file in float64, below one dotted prefix, with a record of which have been read.
 *
 * A reader of its own, for the two element types that models have: 8 bytes of header length, JSON, data.
 */
export class Weights {
  readonly #arrays: ReadonlyMap<string, Float64Array>;
  readonly #prefix: string;
  readonly #read: Set<string>;

  constructor(arrays: ReadonlyMap<string, Float64Array>, prefix = '', read: Set<string> = new Set()) {
    this.#arrays = arrays;
    this.#prefix = prefix;
    this.#read = read;
  }

  static parse(bytes: Uint8Array): Weights {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
    const arrays = new Map<string, Float64Array>();
    for (const [name, entry] of Object.entries(header)) {
      if (name === '__metadata__') continue;
      const [begin, end] = entry.data_offsets;
      const size = entry.dtype === 'F16' ? 2 : 4;
      const at = (i: number): number => 8 + length + begin + size * i;
      const element = {
        F32: (i: number) => view.getFloat32(at(i), true),
        F16: (i: number) => half(view.getUint16(at(i), true)),
        I32: (i: number) => view.getInt32(at(i), true),
      }[entry.dtype];
      if (element === undefined) throw new Error(`${name} is ${entry.dtype}`);
      arrays.set(
        name,
        Float64Array.from({ length: (end - begin) / size }, (_, i) => element(i)),
      );
    }
    return new Weights(arrays);
  }

  /** What a nested part sees. */
  under(name: string): Weights {
    return new Weights(this.#arrays, `${this.#prefix}${name}.`, this.#read);
  }

  has(name: string): boolean {
    return this.#arrays.has(this.#prefix + name);
  }

  get(name: string): Float64Array {
    const full = this.#prefix + name;
    const values = this.#arrays.get(full);
    if (values === undefined) throw new Error(`the file has no "${full}"`);
    this.#read.add(full);
    return values;
  }

  /** Names in the file that nobody has asked for. */
  unread(): string[] {
    return [...this.#arrays.keys()].filter((name) => !this.#read.has(name));
  }
}

/** The number that 16 bits of IEEE 754 stand for: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}
