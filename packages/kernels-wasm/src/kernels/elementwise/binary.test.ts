import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectSameAsCpu, numbers, specialValues, useAccelerated } from '../../../test/compare.ts';
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

  // The cpu backend rounds a squared difference once, from float64; float32 lanes round twice.
  const tolerance = { ulps: name === 'squaredDifference' ? 1.5 : 0 };

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
    await expectSameAsCpu(() => run(filled(aShape, 3), filled(bShape, 4)));
    await expectSameAsCpu(() => run(filled(bShape, 5), filled(aShape, 6)));
  });

  it('leaves int32 to tfjs', async () => {
    await expectSameAsCpu(() => run(tf.tensor1d([1, -2, 3], 'int32'), tf.tensor1d([2, -2, 1], 'int32')));
  });
});

/** Few different numbers, so that equal ones meet. */
function filled(shape: readonly number[], seed: number): tf.Tensor {
  const count = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    numbers(count, seed).map((x) => Math.round(2 * x) / 2 + 0.25),
    [...shape],
  );
}
