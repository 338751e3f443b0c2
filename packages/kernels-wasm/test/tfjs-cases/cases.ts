import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../../src/index.ts';
import { expectClose, onCpu, useAccelerated, valuesOf, type Values } from '../compare.ts';

/** A program whose result tfjs documents: its shape, its numbers, and its dtype where that is not float32. */
export interface ValueCase {
  readonly name: string;
  readonly run: () => tf.Tensor;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
  /** Relative to the expected number, or to 1 where that is smaller. Default: 1e-5, less than tfjs's own suite allows. */
  readonly tolerance?: number;
  /** Why tfjs's cpu backend gives something else; it is then shown to do so. */
  readonly cpuDiffers?: string;
}

/** A program that tfjs refuses. */
export interface RefusedCase {
  readonly name: string;
  readonly run: () => tf.Tensor | tf.Tensor[];
  /** Words of tfjs that must be in the message. */
  readonly words: string;
}

/**
 * Proves each case twice: on tfjs's cpu backend, which shows that the literal numbers are those of tfjs, and on the
 * accelerated backend.
 */
export function describeCases(name: string, cases: readonly ValueCase[], refused: readonly RefusedCase[] = []): void {
  describe(`${name}`, () => {
    beforeAll(useAccelerated);
    afterAll(restore);

    it.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
      const onCpuBackend = (await onCpu(each.run))[0]!;
      if (each.cpuDiffers === undefined) check(onCpuBackend, each);
      else expect(() => check(onCpuBackend, each)).toThrow(/expected/);
      const before = tf.memory().numTensors;
      check(valuesOf(each.run)[0]!, each);
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each(refused.map((each) => [each.name, each] as const))('refuses %s', async (_, each) => {
      await tf.setBackend('cpu');
      const onCpuBackend = messageOf(each.run);
      await tf.setBackend('wasm');
      expect(onCpuBackend).toContain(each.words);
      expect(messageOf(each.run)).toContain(each.words);
    });
  });
}

function check(found: Values, expected: ValueCase): void {
  expect(found.shape).toEqual(expected.shape);
  expect(found.dtype).toBe(expected.dtype ?? 'float32');
  const tolerance = expected.tolerance ?? 1e-5;
  expectClose(
    [...found.numbers].map((each) => each + 0),
    expected.values.map((each) => Math.fround(each) + 0),
    { relative: tolerance, absolute: tolerance },
  );
}

function messageOf(run: RefusedCase['run']): string {
  const before = tf.memory().numTensors;
  try {
    tf.tidy(run);
  } catch (error) {
    expect(tf.memory().numTensors).toBe(before);
    return (error as Error).message;
  }
  return 'it was not refused';
}
