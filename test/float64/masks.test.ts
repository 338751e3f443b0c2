import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomModel } from './random-model.ts';
import { Weights } from './weights.ts';

await tf.setBackend('cpu');

async function saved(mask: unknown, parity: 0 | 1, event: readonly number[]): Promise<Weights> {
  const layer = { type: 'additive-coupling', mask, parity, conditioner: { type: 'mlp', hidden: [] } };
  const packed = await randomModel({ name: 'mask', event, layers: [layer], base: { type: 'standard-normal' } });
  return Weights.parse(packed.weights).under('layers.0');
}

// The reference takes the lists as they are saved; here they are held against what the option promises.
describe('the lists that a saved coupling holds', () => {
  it.each([
    ['alternating', [5], [0, 2, 4], [1, 3]],
    ['alternating', [2, 4], [0, 2], [1, 3]],
    ['halves', [5], [0, 1], [2, 3, 4]],
    ['channel', [2, 2, 4], [0, 1], [2, 3]],
    ['checkerboard', [4], [0, 2], [1, 3]],
    [{ identity: [3, 0] }, [5], [0, 3], [1, 2, 4]],
  ] as const)('%j on [%s] keeps %j', async (mask, event, kept, changed) => {
    for (const parity of [0, 1] as const) {
      const weights = await saved(mask, parity, event);
      const lists = ['identity', 'transform'].map((name) => [...weights.get(name)].toSorted((a, b) => a - b));
      expect(lists).toEqual(parity === 0 ? [kept, changed] : [changed, kept]);
    }
  });

  it('a checkerboard keeps the pixels with even i + j', async () => {
    expect([...(await saved('checkerboard', 0, [2, 3, 2])).get('mask')]).toEqual([1, 0, 1, 0, 1, 0]);
    expect([...(await saved('checkerboard', 1, [2, 3, 2])).get('mask')]).toEqual([0, 1, 0, 1, 0, 1]);
  });
});
