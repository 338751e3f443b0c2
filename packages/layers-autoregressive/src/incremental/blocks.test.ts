import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { madeOf } from '../../test/masked-parameters.ts';
import { blockEnds } from './blocks.ts';
import { networkOf } from './network.ts';
import { build } from './test-layers.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('cuts the times into blocks of about one length, where few rows of the groups of four stay empty', () => {
  const layer = build({ hidden: [110, 110], activation: 'relu' }, { size: 100 });
  const network = networkOf(madeOf(layer))!;
  const ends = blockEnds(network);
  expect(ends.at(-1)).toBe(100);
  const starts = [0, ...ends.slice(0, -1)];
  const lengths = ends.map((end, i) => end - starts[i]!);
  expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThanOrEqual(12);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(18);
  const { ready } = network.rows[1]!;
  const empty = starts.map((start, i) => (start === 0 ? 0 : (ready[start - 1]! - ready[ends[i]! - 1]!) & 3));
  // Two rows of four on the average, were they cut anywhere.
  expect(empty.reduce((sum, rows) => sum + rows, 0) / empty.length).toBeLessThan(1);
  layer.dispose();
});

it('makes one block of a few times', () => {
  const layer = build({ hidden: [9] }, { size: 3 });
  expect(blockEnds(networkOf(madeOf(layer))!)).toEqual([3]);
  layer.dispose();
});
