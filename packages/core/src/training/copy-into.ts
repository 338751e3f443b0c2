import * as tf from '@tensorflow/tfjs';

/** A backend whose heap can be looked at, as tfjs's wasm. */
interface HeapBackend {
  typedArrayFromHeap?(info: { readonly dataId: object; readonly shape: number[]; readonly dtype: 'float32' }): unknown;
}

/**
 * Copies the numbers of a vector into an array of the same length.
 *
 * Where the heap can be read there is no array in between: megabytes that are thrown away in every step keep the garbage
 * collector's threads busy, on the very cores that training wants.
 */
export async function copyInto(target: Float32Array, vector: tf.Tensor1D): Promise<void> {
  target.set(viewOf(vector) ?? (await vector.data<'float32'>()));
}

/** A view that is good until the next allocation; null where there is none. */
function viewOf({ dataId, shape, dtype }: tf.Tensor1D): Float32Array | null {
  const backend = tf.backend();
  if (dtype !== 'float32' || backend.refCount(dataId) === 0) return null;
  const view = (backend as HeapBackend).typedArrayFromHeap?.({ dataId, shape: [...shape], dtype });
  return view instanceof Float32Array ? view : null;
}
