import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, numbers, specialValues, ulp, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';

beforeAll(useAccelerated);
afterAll(restore);

const operations = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  pow: tf.pow,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
};

const names = Object.keys(operations) as (keyof typeof operations)[];

/** Every pair of special values, both ways round, in rows of an odd length. */
function pairs(): { readonly a: Float32Array; readonly b: Float32Array } {
  const count = specialValues.length;
  const a = Float32Array.from({ length: count * count }, (_, i) => specialValues[i % count]!);
  const b = Float32Array.from({ length: count * count }, (_, i) => specialValues[Math.floor(i / count)]!);
  return { a, b };
}

describe.each(names)('%s', (name) => {
  const run = operations[name] as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

  // The cpu backend rounds these once, from float64: float32 lanes round a squared difference twice, and a power that lies
  // within 2⁻³² of the middle of two floats may fall to the other side.
  const tolerance = { ulps: { squaredDifference: 1.5, pow: 1 }[name as string] ?? 0 };

  it('agrees with the cpu backend on every pair of special values', async () => {
    const { a, b } = pairs();
    await expectSameAsCpu(() => run(tf.tensor1d(a), tf.tensor1d(b)), tolerance);
  });

  it('broadcasts as the cpu backend does', async () => {
    const shapes = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('both', 'a', 'b')), { maxLength: 5 })
      .chain((axes) => fc.tuple(fc.constant(axes), fc.integer({ min: 0, max: axes.length }), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(shapes, async ([axes, dropped, dropFromA]) => {
        const shapeOf = (who: string): number[] =>
          axes.map(([size, kind]) => (kind === 'both' || kind === who ? size : 1));
        const [full, short] = [shapeOf('a'), shapeOf('b')];
        const [aShape, bShape] = dropFromA ? [full.slice(dropped), short] : [full, short.slice(dropped)];
        await expectSameAsCpu(() => run(filled(aShape, 1), filled(bShape, 2)), tolerance);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  it.each([
    [[7, 33], [33]],
    [
      [7, 33],
      [7, 1],
    ],
    [[], [3, 5]],
    [
      [6, 3, 4],
      [6, 3, 1],
    ],
    [
      [3, 1, 2, 1, 5, 2],
      [1, 4, 1, 3, 1, 2],
    ],
    [
      [0, 3],
      [1, 3],
    ],
  ])('handles %j and %j', async (aShape, bShape) => {
    await expectSameAsCpu(() => run(filled(aShape, 3), filled(bShape, 4)), tolerance);
    await expectSameAsCpu(() => run(filled(bShape, 5), filled(aShape, 6)), tolerance);
  });

  it('leaves int32 to tfjs', async () => {
    await expectSameAsCpu(() => run(tf.tensor1d([1, -2, 3], 'int32'), tf.tensor1d([2, -2, 1], 'int32')));
  });
});

it('pow stays within 0.51 ulp of float64, at odd, even and broken exponents and up to the edges', () => {
  const count = 50_000;
  const x = numbers(count, 21).map((each, i) => Math.exp(each * (i % 7)) * (i % 3 === 0 ? -1 : 1));
  const y = numbers(count, 22).map((each, i) => (i % 2 === 0 ? Math.round(each * 5) : each * 6));
  const found = tf.tidy(() => tf.pow(tf.tensor1d(x), tf.tensor1d(y)).dataSync());
  let worst = 0;
  found.forEach((each, i) => {
    const exact = Math.pow(x[i]!, y[i]!);
    const rounded = Math.fround(exact);
    if (Number.isFinite(rounded)) worst = Math.max(worst, Math.abs(each - exact) / ulp(exact));
    else expect(each).toEqual(rounded);
  });
  expect(worst).toBeGreaterThan(0.4);
  expect(worst).toBeLessThan(0.51);
});

/** Few different numbers, so that equal ones meet. */
function filled(shape: readonly number[], seed: number): tf.Tensor {
  const count = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    numbers(count, seed).map((x) => Math.round(2 * x) / 2 + 0.25),
    [...shape],
  );
}
