import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, useAccelerated } from '../../test/compare.ts';
import { restore } from '../accelerate.ts';
import { randomNormal, randomUniform } from './seeded.ts';

beforeAll(useAccelerated);
afterAll(restore);

const seeds = [1, 2, 7, 42, 12345, 0.5, -3, 1e21];
const shapes = [[], [0], [1], [2], [3], [5, 7], [2, 0, 3], [4, 1, 16], [10_001]];

describe('randomNormal', () => {
  it.each(seeds)('gives the bits of tf.randomNormal for the seed %d', (seed) => {
    for (const shape of shapes) {
      expectSame(randomNormal(shape, { seed }), tf.randomNormal(shape, 0, 1, 'float32', seed));
    }
  });

  it('gives them for other means and deviations', () => {
    expectSame(
      randomNormal([1001], { mean: -3.7, standardDeviation: 0.013, seed: 5 }),
      tf.randomNormal([1001], -3.7, 0.013, 'float32', 5),
    );
  });

  it('gives them over a long stream', () => {
    expectSame(randomNormal([300_001], { seed: 9 }), tf.randomNormal([300_001], 0, 1, 'float32', 9));
  });

  it('differs from call to call without a seed and for the seed 0', () => {
    for (const options of [{}, { seed: 0 }]) {
      const [a, b] = [randomNormal([8], options), randomNormal([8], options)];
      expect(a.dataSync()).not.toEqual(b.dataSync());
      tf.dispose([a, b]);
    }
  });

  it('refuses a broken shape as tfjs does', () => {
    expect(() => randomNormal([2, -1], { seed: 1 })).toThrow('got shape [2,-1]');
  });

  it('uses the loop of tfjs on other backends', async () => {
    const here = randomNormal([65], { seed: 3 });
    const values = here.dataSync();
    await tf.setBackend('cpu');
    try {
      const there = randomNormal([65], { seed: 3 });
      expectClose(there.dataSync(), values, { ulps: 0 });
      there.dispose();
    } finally {
      await tf.setBackend('wasm');
      here.dispose();
    }
  });
});

describe('randomUniform', () => {
  it.each([...seeds, 0, '', 'corners', 'ünï'])('gives the bits of tf.randomUniform for the seed %j', (seed) => {
    for (const shape of shapes) {
      expectSame(randomUniform(shape, { seed }), tf.randomUniform(shape, 0, 1, 'float32', seed));
    }
  });

  it('gives them for other ranges', () => {
    expectSame(
      randomUniform([4099], { minimum: -2.3, maximum: 17.1, seed: 5 }),
      tf.randomUniform([4099], -2.3, 17.1, 'float32', 5),
    );
  });

  it('differs from call to call without a seed', () => {
    const [a, b] = [randomUniform([8]), randomUniform([8])];
    expect(a.dataSync()).not.toEqual(b.dataSync());
    tf.dispose([a, b]);
  });
});

it('leaves nothing behind', () => {
  const before = tf.memory().numTensors;
  randomNormal([33], { seed: 1 }).dispose();
  randomUniform([33], { seed: 1 }).dispose();
  expect(tf.memory().numTensors).toBe(before);
});

function expectSame(found: tf.Tensor, expected: tf.Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  expect(found.dtype).toBe(expected.dtype);
  expectClose(found.dataSync(), expected.dataSync(), { ulps: 0 });
  tf.dispose([found, expected]);
}
