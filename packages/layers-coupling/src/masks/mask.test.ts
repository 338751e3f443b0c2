import { createRegistry, type PartConfig } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { coupling } from '../plugin.ts';
import { partitionOf, type MaskOption } from './mask.ts';

const identity = (dataShape: readonly number[], mask: MaskOption, parity: 0 | 1 = 0): readonly number[] =>
  partitionOf(dataShape, { mask, parity }, 'test').identity;

describe('masks', () => {
  it.each([
    ['alternating', [5], 0, [0, 2, 4]],
    ['alternating', [5], 1, [1, 3]],
    ['halves', [5], 0, [0, 1]],
    ['halves', [5], 1, [2, 3, 4]],
    ['halves', [1], 0, []],
    ['alternating', [1], 1, []],
    ['checkerboard', [4], 0, [0, 2]],
    ['checkerboard', [2, 2, 1], 0, [0, 3]],
    ['checkerboard', [2, 2, 1], 1, [1, 2]],
    ['checkerboard', [3, 3, 1], 0, [0, 2, 4, 6, 8]],
    ['checkerboard', [1, 2, 2], 0, [0, 1]],
    ['checkerboard', [1, 1, 1], 0, []],
    ['channel', [1, 2, 3], 0, [0, 3]],
    ['channel', [1, 2, 3], 1, [1, 2, 4, 5]],
    [{ identity: [2, 0] }, [4], 0, [2, 0]],
    [{ identity: [2, 0] }, [4], 1, [1, 3]],
  ] as const)('%j on %j with parity %i', (mask, dataShape, parity, expected) => {
    expect(identity(dataShape, mask, parity)).toEqual(expected);
  });

  it.each([
    [
      'channel',
      [4, 4, 1],
      0,
      'layers[1]: the mask changes everything and keeps nothing (expected something to keep and something to change, got an event of shape [4, 4, 1]). Use "checkerboard"',
    ],
    ['channel', [4, 4, 1], 1, 'layers[1]: the mask keeps everything'],
    [{ identity: [] }, [3], 0, 'the mask changes everything and keeps nothing'],
    [{ identity: [0, 1, 2] }, [3], 0, 'the mask keeps everything'],
    [{ identity: [3] }, [3], 0, 'layers[1]: the list of the mask is wrong (expected each index once, 0 to 2, got 3)'],
    [{ identity: [1, 1] }, [3], 0, 'the list of the mask is wrong (expected each index once, 0 to 2, got 1)'],
    ['checkerboard', [1, 1, 4], 0, 'a checkerboard of one pixel hides everything or nothing'],
    ['checkerboard', [4, 4], 0, 'a checkerboard is a mask of images and of vectors'],
    ['alternating', [], 0, 'a coupling needs an axis to mask'],
  ] as const)('%j on %j with parity %i is refused', (mask, dataShape, parity, message) => {
    expect(() => partitionOf(dataShape, { mask, parity }, 'layers[1]')).toThrow(message);
  });

  it('are checked in a spec', () => {
    const registry = createRegistry().use(coupling);
    const make = (config: object): void =>
      registry
        .bijector({ type: 'additive-coupling', conditioner: { type: 'mlp', hidden: [2] }, ...config } as PartConfig, {
          dataShape: [4],
        })
        .dispose();
    expect(() => make({ mask: { identity: [0] } })).not.toThrow();
    expect(() => make({ mask: 'stripes' })).toThrow('mask');
    expect(() => make({ mask: { identity: [-1] } })).toThrow('mask.identity[0]');
    expect(() => make({ parity: 2 })).toThrow('parity');
    expect(() => make({ conditioner: undefined })).toThrow('conditioner');
    expect(() => make({ scale: 'exp' })).toThrow('scale');
  });
});
