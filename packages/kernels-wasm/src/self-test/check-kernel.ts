import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { StockBackend } from '../host/stock-backend.ts';
import { knownCases } from './known-cases.ts';
import type { KnownCase, KnownTensor } from './known-case.ts';

/**
 * Runs a kernel on inputs whose results are known.
 *
 * @returns What is wrong with it, or null. A kernel without known cases passes.
 */
export function checkKernel(name: string, run: KernelFunc, backend: StockBackend): string | null {
  for (const known of knownCases[name] ?? []) {
    const fault = checkCase(known, run, backend);
    if (fault !== null) return fault;
  }
  return null;
}

function checkCase(known: KnownCase, run: KernelFunc, backend: StockBackend): string | null {
  const own: TensorInfo[] = [];
  const upload = (tensor: KnownTensor): TensorInfo => {
    own.push(makeTensor(tensor, backend));
    return own.at(-1)!;
  };
  const inputs = Array.isArray(known.inputs)
    ? (known.inputs as readonly KnownTensor[]).map(upload)
    : Object.fromEntries(Object.entries(known.inputs).map(([name, tensor]) => [name, upload(tensor as KnownTensor)]));
  try {
    const result = run({ inputs, backend, attrs: known.attrs } as unknown as Parameters<KernelFunc>[0]);
    const found = Array.isArray(result) ? result : [result as TensorInfo];
    own.push(...found);
    const expected = Array.isArray(known.expected) ? known.expected : [known.expected];
    if (found.length !== expected.length) return `gave ${found.length} tensors instead of ${expected.length}`;
    return (
      found
        .map((each, i) => compare(each, expected[i] as KnownTensor, known, backend))
        .find((fault) => fault !== null) ?? null
    );
  } catch (error) {
    return `threw: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const each of own) backend.disposeData(each.dataId);
  }
}

function compare(
  found: TensorInfo,
  expected: KnownTensor,
  { tolerance = 0 }: KnownCase,
  backend: StockBackend,
): string | null {
  if (found.shape.join() !== expected.shape.join()) {
    return `gave the shape [${found.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`;
  }
  const values = backend.typedArrayFromHeap(found) as Float32Array;
  for (const [i, value] of expected.values.entries()) {
    const exact = expected.dtype === undefined ? Math.fround(value) : value;
    if (Object.is(values[i], exact) || Math.abs(values[i]! - exact) <= tolerance * Math.abs(exact)) continue;
    return `gave ${values[i]} instead of ${exact} at index ${i}`;
  }
  return null;
}

function makeTensor({ shape, values, dtype = 'float32' }: KnownTensor, backend: StockBackend): TensorInfo {
  const typed =
    dtype === 'float32'
      ? Float32Array.from(values)
      : dtype === 'int32'
        ? Int32Array.from(values)
        : Uint8Array.from(values);
  if (typed.length !== tf.util.sizeFromShape(shape as number[]))
    throw new Error('a known tensor has another size than its shape');
  return backend.makeOutput(shape as number[], dtype, undefined, typed);
}
