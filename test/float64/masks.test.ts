import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { readFlow } from './evaluate.ts';
import { readGraph, type OrderOption } from './masks.ts';
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

describe('the masks of a saved masked network', () => {
  const orders: OrderOption[] = ['natural', 'reversed', 'random', [2, 0, 3, 1], { parents: [[], [0], [0], [1, 2]] }];

  it.each(orders.flatMap((order) => ['sequential', 'random'].map((degrees) => ({ order, degrees }))))(
    'are what its order and its degrees say, weight by weight: $order, $degrees',
    async ({ order, degrees }) => {
      const layer = { type: 'maf', order, degrees, hidden: [6, 5], lastLayer: { initialization: 'default' } };
      const base = { type: 'standard-normal' };
      const packed = await randomModel({ name: 'masks', event: [4], layers: [layer], base });
      const weights = Weights.parse(packed.weights).under('layers.0.conditioner');
      const { classOf, sees, contains } = readGraph(order, 4, weights);
      const [first, second] = ['degrees.0', 'degrees.1'].map((name) => [...weights.get(name)]);
      const outputs = classOf.flatMap((own) => [own, own]);
      const free = (name: string): boolean[] => Array.from(weights.get(`${name}.weight`), (value) => value !== 0);
      const features = [0, 1, 2, 3];
      expect(free('layers.0')).toEqual(features.flatMap((j) => first!.map((degree) => sees(degree, j))));
      expect(free('layers.1')).toEqual(first!.flatMap((inner) => second!.map((degree) => contains(degree, inner))));
      expect(free('layers.2')).toEqual(second!.flatMap((inner) => outputs.map((own) => contains(own, inner))));
    },
  );

  it('are checked when a file is read', async () => {
    const layer = { type: 'maf', hidden: [6], lastLayer: { initialization: 'default' } };
    const base = { type: 'standard-normal' };
    const { spec, weights } = await randomModel({ name: 'masks', event: [4], layers: [layer], base });
    const length = Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, 8 + length)));
    const [begin] = header['layers.0.conditioner.layers.0.weight'].data_offsets;
    const forged = Uint8Array.from(weights);
    // The weight from the last feature, which nothing may see.
    new DataView(forged.buffer).setFloat32(8 + length + begin + 4 * 3 * 6, 0.5, true);
    expect(() => readFlow(spec, forged)).toThrow('layers.0.weight [3, 0] is 0.5, which its mask forbids');
    const model = spec.model as unknown as { readonly layers: readonly object[] };
    const other = { ...spec, model: { ...spec.model, layers: [{ ...model.layers[0], order: 'reversed' }] } };
    expect(() => readFlow(other, weights)).toThrow('the file has the order 0,1,2,3');
  });
});
