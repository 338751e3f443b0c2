import type { DataArray, Dataset } from '../../training/data.ts';

/** A dataset whose numbers every thread sees: those that lie in shared memory already are not copied. */
export function shareDataset({ rows, x, context }: Dataset): Dataset {
  return { rows, x: shareArray(x), context: context === null ? null : shareArray(context) };
}

/** Zeros in shared memory. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

function shareArray({ shape, values }: DataArray): DataArray {
  if (values.buffer instanceof SharedArrayBuffer) return { shape, values };
  const Numbers = values.constructor as Float32ArrayConstructor;
  const shared = new Numbers(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return { shape: [...shape], values: shared };
}
