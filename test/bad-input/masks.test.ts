import * as tf from '@tensorflow/tfjs';
import { inpaint } from '@flowzoo/zoo';
import { describe } from 'vitest';
import { affine, given, refuses, registry, specOf, worldForTests } from './refuses.ts';

const world = worldForTests();

describe('masks', () => {
  const of = (values: number[] | number[][]) => (): unknown =>
    given([tf.ones([2, 2]), tf.tensor(values)], (x, mask) => inpaint(world.flow, { x: x!, mask: mask!, steps: 1 }));
  refuses(world, [
    [
      'that hide everything',
      of([0, 0]),
      'E_MASK',
      'mask: the mask hides everything (expected some elements visible (1) and some hidden (0), got 0 of 2 visible). To draw whole',
    ],
    ['that hide nothing', of([1, 1]), 'E_MASK', 'mask: the mask hides nothing (expected some elements visible (1) and'],
    [
      'that hide everything in one row',
      of([
        [1, 0],
        [0, 0],
      ]),
      'E_MASK',
      'mask, row 1: the mask hides everything',
    ],
    [
      'of other values',
      of([0.5, 1]),
      'E_MASK',
      'mask, element 0: a mask holds only 1 (visible) and 0 (hidden) (expected 0 or 1, got 0.5)',
    ],
    [
      'of another shape',
      of([1, 0, 1]),
      'E_MASK',
      'mask: the mask has the wrong shape (expected [2] or [2, 2], got [3])',
    ],
    [
      'of a coupling that keep everything',
      () => registry.build(specOf([{ ...affine, mask: { identity: [0, 1] } }])),
      'E_MASK',
      'layers[0]: the mask keeps everything (expected something to keep and something to change, got an event of shape [2])',
    ],
    [
      'of a coupling that keep nothing',
      () => registry.build(specOf([{ ...affine, mask: { identity: [] } }])),
      'E_MASK',
      'layers[0]: the mask changes everything and keeps nothing',
    ],
    [
      'of a coupling that name an element twice',
      () => registry.build(specOf([{ ...affine, mask: { identity: [0, 0] } }])),
      'E_MASK',
      'layers[0]: the list of the mask is wrong (expected each index once, 0 to 1, got 0). List what stays',
    ],
    [
      'of a coupling on one channel',
      () => registry.build(specOf([{ ...affine, mask: 'channel' }], { event: [4, 4, 1] })),
      'E_SPEC_SHAPE',
      'Use "checkerboard", or put a "squeeze" before a mask of channels',
    ],
  ]);
});
