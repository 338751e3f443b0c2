import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect } from 'vitest';
import { accelerate, type AccelerateOptions, type Tier } from '../src/index.ts';

/** Numbers, shape and dtype of a tensor, off the backend. */
export interface Values {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly numbers: Float32Array | Int32Array | Uint8Array;
}

/** How far two results may be apart; the largest of the allowances counts. */
export interface Tolerance {
  /** Units in the last place of the expected float32 number. */
  readonly ulps?: number;
  readonly relative?: number;
  readonly absolute?: number;
}

/** The tiers under test, which the set-up of the tests puts there for FLOWZOO_KERNELS=native; otherwise those of this package. */
export const testedTiers: AccelerateOptions = (() => {
  const tiers = (globalThis as Record<symbol, unknown>)[Symbol.for('@flowzoo/tested-tiers')];
  return tiers === undefined ? {} : { tiers: tiers as readonly Tier[] };
})();

/** Starts the accelerated wasm backend on the tiers under test. */
export async function useAccelerated(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await accelerate(testedTiers);
}

/** What the program gives on tfjs's cpu backend; leaves the wasm backend active. */
export async function onCpu(program: () => tf.Tensor | tf.Tensor[]): Promise<Values[]> {
  await tf.setBackend('cpu');
  try {
    return valuesOf(program);
  } finally {
    await tf.setBackend('wasm');
  }
}

/** Runs a program on the active backend and takes its results off it. */
export function valuesOf(program: () => tf.Tensor | tf.Tensor[]): Values[] {
  const results = tf.tidy(program);
  const list = Array.isArray(results) ? results : [results];
  const values = list.map((each) => ({ shape: each.shape, dtype: each.dtype, numbers: each.dataSync().slice() }));
  for (const each of list) each.dispose();
  return values;
}

/** The program gives on the accelerated backend what it gives on tfjs's cpu backend. Make the inputs inside it. */
export async function expectSameAsCpu(
  program: () => tf.Tensor | tf.Tensor[],
  tolerance: Tolerance = { ulps: 0 },
): Promise<void> {
  const expected = await onCpu(program);
  const found = valuesOf(program);
  expect(found.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  found.forEach((each, i) => expectClose(each.numbers, expected[i]!.numbers, tolerance));
}

/** Element by element: NaN only where NaN is expected, the same infinity, the same sign of zero when ulps is 0. */
export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const allowed = Math.max(
      (tolerance.ulps ?? 0) * ulp(b),
      (tolerance.relative ?? 0) * Math.abs(b),
      tolerance.absolute ?? 0,
    );
    const near = Number.isFinite(b) && Math.abs(a - b) <= allowed && !(allowed === 0 && !Object.is(a, b));
    if (!near) expect.fail(`element ${i}: found ${a}, expected ${b} within ${allowed}`);
  }
}

/** The distance between float32 numbers near `value`. */
export function ulp(value: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126)));
  return 2 ** (exponent - 23);
}

/** Reproducible float32 numbers, roughly normal. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => (next() + next() + next() + next() - 2) * 1.7);
}

/** Odd floats that every elementwise kernel must treat as IEEE arithmetic does. */
export const specialValues: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  1e-45,
  -1e-45,
  1.1754942e-38,
  3.4028234e38,
  -3.4028234e38,
  1e-7,
  -1e-7,
  16777217,
];
