/** A tensor of a self-test. */
export interface KnownTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Default: float32. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** One call of a kernel whose result is known. */
export interface KnownCase {
  /** By name, or a list for kernels that take one. */
  readonly inputs: Readonly<Record<string, KnownTensor>> | readonly KnownTensor[];
  readonly attrs?: object;
  readonly expected: KnownTensor | readonly KnownTensor[];
  /** Relative error that is allowed. Default: 0. */
  readonly tolerance?: number;
}

/** A vector. */
export function vector(...values: readonly number[]): KnownTensor {
  return { shape: [values.length], values };
}

/** Numbers in a shape. */
export function shaped(shape: readonly number[], values: readonly number[]): KnownTensor {
  return { shape, values };
}

/** Whole numbers as int32. */
export function integers(...values: readonly number[]): KnownTensor {
  return { shape: [values.length], values, dtype: 'int32' };
}
