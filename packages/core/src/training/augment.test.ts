import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, TestNormal } from '../../test/training-models.ts';
import { Random } from '../random/random.ts';
import { binarizeRows } from './binarize-rows.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';

const data = { shape: [16, 2], values: normalRows(16, 2) };
const options: FitOptions = { steps: 6, batchSize: 8, seed: 3 };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

async function lossesOf(more: Partial<FitOptions>): Promise<number[]> {
  const model = new TestNormal({ size: 2 });
  const losses: number[] = [];
  const onEvent: FitOptions['onEvent'] = (event) => void (event.type === 'step' && losses.push(event.loss));
  await fit(model, data, { ...options, onEvent, ...more });
  model.dispose();
  return losses;
}

describe('augment', () => {
  it('changes the rows of every batch anew, by the seed, and leaves the data alone', async () => {
    const before = Float32Array.from(data.values);
    const seen: number[] = [];
    const augment: FitOptions['augment'] = (values, random) => {
      const offset = random.uniform();
      seen.push(offset);
      return values.map((value) => value + offset);
    };
    const first = await lossesOf({ augment });
    const offsets = seen.splice(0);
    expect(await lossesOf({ augment })).toEqual(first);
    expect(seen).toEqual(offsets);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(await lossesOf({})).not.toEqual(first);
    expect(data.values).toEqual(before);
  });

  it('changes rows that are held out once, and rows given for validation never', async () => {
    const sizes: number[] = [];
    const augment: FitOptions['augment'] = (values) => (sizes.push(values.length / 2), values);
    await lossesOf({ augment, validation: { fraction: 0.25, every: 1 } });
    expect(sizes.filter((rows) => rows === 4)).toHaveLength(1);
    sizes.length = 0;
    await lossesOf({ augment, validation: { data: { shape: [5, 2], values: normalRows(5, 2) }, every: 1 } });
    expect(sizes.filter((rows) => rows === 5)).toHaveLength(0);
  });

  it('must answer as many numbers', async () => {
    await expect(lossesOf({ augment: () => new Float32Array(3) })).rejects.toThrow(
      'augment: the augmentation did not answer the rows (expected a Float32Array of 16 values, got 3 values)',
    );
  });

  it('does not go together with threads', async () => {
    const workers = { start: () => Promise.reject(new Error('not to be called')) } as unknown as FitOptions['workers'];
    await expect(lossesOf({ augment: (values) => values, workers })).rejects.toMatchObject({ code: 'E_OPTION' });
  });
});

describe('binarizeRows', () => {
  it('makes a pixel 1 with the probability of its grey', () => {
    const values = Float32Array.from({ length: 30_000 }, (_, i) => [0, 51, 255][i % 3]!);
    const drawn = binarizeRows(255)(values, new Random(1));
    const share = (phase: number): number =>
      drawn.filter((_, i) => i % 3 === phase).reduce((a, b) => a + b, 0) / 10_000;
    expect(share(0)).toBe(0);
    expect(Math.abs(share(1) - 0.2)).toBeLessThan(4 * Math.sqrt(0.16 / 10_000));
    expect(share(2)).toBe(1);
  });
});
