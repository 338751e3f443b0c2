/** The element types that flowzoo reads and writes, by their names in the safetensors format. */
export type Dtype = 'F32' | 'F16' | 'BF16' | 'I32' | 'I64' | 'U8' | 'BOOL';

/**
 * One array of a safetensors file, row-major.
 *
 * `F32`, `F16` and `BF16` come and go as `Float32Array`, `I32` as `Int32Array`, `I64` as `BigInt64Array`, `U8` and
 * `BOOL` (0 or 1) as `Uint8Array`.
 */
export interface NamedArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** How many bytes one element takes in the file. */
export const ELEMENT_BYTES: Readonly<Record<Dtype, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I32: 4,
  I64: 8,
  U8: 1,
  BOOL: 1,
};

/** The class of `data` for each dtype. */
export const ARRAY_CLASS: Readonly<Record<Dtype, { readonly name: string }>> = {
  F32: Float32Array,
  F16: Float32Array,
  BF16: Float32Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** Headers beyond this length are refused, as the reference implementation of the format does. */
export const HEADER_LIMIT = 100_000_000;

/** The key of the header that holds texts instead of a tensor. */
export const METADATA_KEY = '__metadata__';

/** Whether a text names a dtype that flowzoo reads. */
export function isDtype(value: string): value is Dtype {
  return Object.hasOwn(ELEMENT_BYTES, value);
}

/**
 * The number of elements of a shape: ∏ shape, 1 for a scalar. Null when the shape is not a list of integers ≥ 0, or the
 * product is beyond what a number holds exactly.
 */
export function countElements(shape: unknown): number | null {
  if (!Array.isArray(shape)) return null;
  let count = 1;
  for (const size of shape as unknown[]) {
    if (!Number.isSafeInteger(size) || (size as number) < 0) return null;
    count *= size as number;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}
