import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageModel, randomLevels } from '../../../test/image-models.ts';
import type { ImageModel, SamplingMethod } from '../index.ts';

type Config = Parameters<typeof imageModel>[0];

// Taller and wider than the receptive fields, so that rows are forgotten and slots used again.
const cases: [string, Config, readonly number[], number][] = [
  ['gated, binary', { type: 'gated-pixelcnn', levels: 2, layers: 3, features: 5, firstKernel: 3 }, [6, 4], 0],
  ['gated, wide first window', { type: 'gated-pixelcnn', levels: 5, layers: 2, features: 6, kernel: 5 }, [5, 4], 0],
  ['gated, no skips, context', { type: 'gated-pixelcnn', levels: 3, layers: 2, features: 6, skip: 'none' }, [5, 4], 3],
  ['gated, colours', { type: 'gated-pixelcnn', levels: 4, layers: 2, features: 6, firstKernel: 3 }, [4, 3, 3], 0],
  ['gated, one row', { type: 'gated-pixelcnn', levels: 4, layers: 2, features: 6 }, [1, 9], 2],
  ['gated, one column', { type: 'gated-pixelcnn', levels: 4, layers: 2, features: 6, kernel: 1 }, [9, 1], 0],
  [
    'gated, colours, mixtures',
    { type: 'gated-pixelcnn', levels: 256, layers: 2, features: 6, head: 'logistic-mixture' },
    [4, 3, 2],
    0,
  ],
  [
    'gated, linear colours',
    { type: 'gated-pixelcnn', levels: 32, layers: 2, features: 6, head: 'logistic-mixture', colors: 'linear' },
    [4, 3, 3],
    2,
  ],
  ['plain, binary', { type: 'pixelcnn', levels: 2, blocks: 2, features: 4, firstKernel: 5 }, [6, 4], 0],
  ['plain, colours, context', { type: 'pixelcnn', levels: 4, blocks: 1, features: 6, firstKernel: 3 }, [4, 4, 3], 2],
  ['plain, one row', { type: 'pixelcnn', levels: 4, blocks: 1, features: 4 }, [1, 7], 0],
];

function contextFor(model: ImageModel, count: number): tf.Tensor | undefined {
  if (model.contextSize === 0) return undefined;
  const values = randomLevels([16, model.contextSize], 3, 'context');
  const rows = tf.tidy(() => tf.sub(tf.slice(values, [0, 0], [count, model.contextSize]), 1));
  values.dispose();
  return rows;
}

async function draw(model: ImageModel, count: number, method: SamplingMethod, temperature = 1): Promise<number[]> {
  const context = contextFor(model, count);
  const drawn = await model.sample(count, { seed: 5, method, temperature, context });
  const values = Array.from(await drawn.data());
  tf.dispose([drawn, ...(context === undefined ? [] : [context])]);
  return values;
}

describe.each(['cpu', 'wasm'])('cached sampling on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each(cases)(
    '%s: equals full passes in every level, for 1 image and for 16',
    async (_, config, event, contextSize) => {
      const model = imageModel(config, { event, contextSize, scale: 1 });
      const full = await draw(model, 16, 'full');
      expect(await draw(model, 16, 'cached')).toEqual(full);
      const size = full.length / 16;
      expect(new Set(full).size).toBeGreaterThan(1);
      expect(full.slice(0, size)).not.toEqual(full.slice(size, 2 * size));
      // Image 0 is the same however many there are.
      expect(await draw(model, 1, 'cached')).toEqual(full.slice(0, size));
      expect(await draw(model, 1, 'full')).toEqual(full.slice(0, size));
      expect(await draw(model, 2, 'cached', 0.5)).toEqual(await draw(model, 2, 'full', 0.5));
      model.dispose();
    },
  );

  it.each(cases.filter(([name]) => name.includes('colours') || name.includes('binary')))(
    '%s: completes as full passes do, with any mask',
    async (_, config, event, contextSize) => {
      const model = imageModel(config, { event, contextSize });
      const given = randomLevels([3, ...event], model.levels, 'given');
      const mask = randomLevels([3, ...event], 2, 'mask');
      const context = contextFor(model, 3);
      const complete = async (method: SamplingMethod): Promise<number[]> => {
        const { value, exact } = await model.complete({ given, mask, context, seed: 2, method });
        expect(exact).toBe(false);
        const values = Array.from(await value.data());
        value.dispose();
        return values;
      };
      const cached = await complete('cached');
      expect(cached).toEqual(await complete('full'));
      const [shown, kept] = [await mask.data(), await given.data()];
      cached.forEach((value, i) => shown[i] === 1 && expect(value).toBe(kept[i]));
      tf.dispose([given, mask, ...(context === undefined ? [] : [context])]);
      model.dispose();
    },
  );

  it('is what auto takes where values are read synchronously, and agrees across batches of 32', async () => {
    const model = imageModel(cases[0]![1], { event: [3, 3] });
    const values = await draw(model, 70, 'auto');
    expect(values).toEqual(await draw(model, 70, 'cached'));
    expect(values.slice(0, 9 * 40)).toEqual(await draw(model, 40, 'full'));
    model.dispose();
  });
});
