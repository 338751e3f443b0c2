import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { allImages, chiSquare, imageModel, indicesOf } from '../../test/image-models.ts';
import type { ImageModel } from './index.ts';

const gated = { type: 'gated-pixelcnn', layers: 2, features: 4, firstKernel: 3 } as const;
const plain = { type: 'pixelcnn', blocks: 1, features: 4, firstKernel: 3 } as const;

const cases: [string, Parameters<typeof imageModel>[0], readonly number[]][] = [
  ['gated, 2×2 binary', { ...gated, levels: 2 }, [2, 2]],
  ['gated, 3×1 binary', { ...gated, levels: 2 }, [3, 1]],
  ['gated, 2×1 with two colours of three levels', { ...gated, levels: 3 }, [2, 1, 2]],
  ['gated, a pixel of three colours, linear mixture', { ...linear(), levels: 4 }, [1, 1, 3]],
  ['plain, 2×2 binary', { ...plain, levels: 2 }, [2, 2]],
  ['plain, 3×1 binary', { ...plain, levels: 2 }, [3, 1]],
  ['plain, 1×2 with two colours, mixtures', { ...plain, head: 'logistic-mixture', levels: 3 }, [1, 2, 2]],
];

function linear(): typeof gated & { head: string; colors: string } {
  return { ...gated, head: 'logistic-mixture', colors: 'linear' };
}

function probabilities(model: ImageModel): Float64Array {
  const images = allImages(model.eventShape, model.levels);
  const logProb = model.logProb(images);
  const values = Float64Array.from(logProb.dataSync(), Math.exp);
  tf.dispose([images, logProb]);
  return values;
}

async function drawnIndices(model: ImageModel, drawn: Promise<tf.Tensor>): Promise<number[]> {
  const images = await drawn;
  const size = model.eventShape.reduce((product, length) => product * length, 1);
  const indices = indicesOf(await images.data(), size, model.levels);
  images.dispose();
  return indices;
}

describe.each(['cpu', 'wasm'])('all images enumerated, on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each(cases)('%s: total probability 1, and samples as frequent as computed', async (_, config, event) => {
    const model = imageModel(config, { event });
    const expected = probabilities(model);
    expect(Math.abs(expected.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-5);
    const found = await drawnIndices(model, model.sample(4000, { seed: 7 }));
    const { value, bound } = chiSquare(found, expected);
    expect(value).toBeLessThan(bound);
    model.dispose();
  });

  it.each<[string, Parameters<typeof imageModel>[0]]>([
    ['gated', { ...gated, levels: 2 }],
    ['plain', { ...plain, levels: 2 }],
  ])('%s: completions of a given beginning follow the conditional of the model', async (_, config) => {
    const model = imageModel(config, { event: [2, 2] });
    const all = probabilities(model);
    const count = 4000;
    const given = tf.tile(
      tf.tensor3d([
        [
          [1, 0],
          [0, 0],
        ],
      ]),
      [count, 1, 1],
    );
    const mask = tf.tensor2d([
      [1, 1],
      [0, 0],
    ]);
    const { value: drawn, exact } = await model.complete({ given, mask, seed: 3 });
    expect(exact).toBe(true);
    const found = await drawnIndices(model, Promise.resolve(drawn));
    // Images that begin with 1, 0 are those of index 8 … 11.
    const total = all.subarray(8, 12).reduce((sum, p) => sum + p, 0);
    const conditional = all.map((p, i) => (i >= 8 && i < 12 ? p / total : 0));
    expect(found.every((index) => index >= 8 && index < 12)).toBe(true);
    const { value, bound } = chiSquare(found, conditional);
    expect(value).toBeLessThan(bound);
    tf.dispose([given, mask]);
    model.dispose();
  });

  it('a class decides, and every class has a distribution of its own that sums to 1', () => {
    const model = imageModel({ ...gated, levels: 2 }, { event: [2, 2], contextSize: 2 });
    const images = allImages([2, 2], 2);
    const totals = [0, 1].map((label) => {
      const context = tf.tile(tf.tensor2d([[label, 1 - label]]), [16, 1]) as tf.Tensor2D;
      const values = tf.tidy(() => Array.from(model.logProb(images, context).dataSync(), Math.exp));
      context.dispose();
      return values;
    });
    for (const values of totals) expect(values.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(Math.max(...totals[0]!.map((p, i) => Math.abs(p - totals[1]![i]!)))).toBeGreaterThan(0.02);
    images.dispose();
    model.dispose();
  });
});
