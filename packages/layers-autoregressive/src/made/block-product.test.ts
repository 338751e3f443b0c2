import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows } from '../../test/masked-parameters.ts';
import { maskBlocks, type MaskBlocks } from './mask-blocks.ts';
import { maskedLinear } from './masked-linear.ts';

type Admits = (row: number, column: number) => boolean;

const [ROWS, COLUMNS] = [37, 53];
const maskOf = (admits: Admits): Uint8Array =>
  Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) => (admits(Math.floor(i / COLUMNS), i % COLUMNS) ? 1 : 0));
const increasing: Admits = (row, column) => row / ROWS < column / COLUMNS;
const decreasing: Admits = (row, column) => ROWS - 1 - row < (column * ROWS) / COLUMNS;

describe('the blocks of a mask', () => {
  it.each([
    ['increasing', increasing],
    ['decreasing', decreasing],
  ])('hold every entry that it admits, and little more: %s degrees', (_, admits) => {
    const blocks = maskBlocks(maskOf(admits), [ROWS, COLUMNS], 1)!;
    for (const each of [blocks.byColumns, blocks.byRows]) {
      const inside: Admits = (row, column) =>
        each.some(
          ({ rows, columns }) => row >= rows[0] && row < rows[1] && column >= columns[0] && column < columns[1],
        );
      let held = 0;
      for (let row = 0; row < ROWS; row++) {
        for (let column = 0; column < COLUMNS; column++) {
          if (admits(row, column)) expect(inside(row, column)).toBe(true);
          held += inside(row, column) ? 1 : 0;
        }
      }
      expect(held / (ROWS * COLUMNS)).toBeLessThan(0.65);
    }
  });

  it('are none where the empty entries lie scattered, or the mask is small', () => {
    const random = new Random(1);
    const scattered = maskOf(() => random.integer(2) === 0);
    expect(maskBlocks(scattered, [ROWS, COLUMNS], 1)).toBeNull();
    expect(maskBlocks(maskOf(increasing), [ROWS, COLUMNS])).toBeNull();
  });
});

describe.each(['cpu', 'wasm'])('the product of blocks on %s is that of the whole', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    ['increasing', increasing],
    ['decreasing', decreasing],
    ['no', () => false],
  ] as const)('with its gradients: %s degrees', (_, admits) => {
    tf.tidy(() => {
      const values = maskOf(admits);
      const mask = tf.tensor2d(Float32Array.from(values), [ROWS, COLUMNS]);
      const blocks = maskBlocks(values, [ROWS, COLUMNS], 1)!;
      const x = normalRows(130, [ROWS]) as tf.Tensor2D;
      const weight = tf.mul(normalRows(ROWS, [COLUMNS], 'weight'), mask) as tf.Tensor2D;
      const bias = tf.reshape(normalRows(1, [COLUMNS], 'bias'), [COLUMNS]) as tf.Tensor1D;
      const upstream = normalRows(130, [COLUMNS], 'upstream');
      const results = (own: MaskBlocks | null): tf.Tensor[] => {
        const apply = (a: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          maskedLinear(a as tf.Tensor2D, w as tf.Tensor2D, { mask, bias: b as tf.Tensor1D, blocks: own });
        const gradients = tf.grads((a, w, b) => tf.sum(tf.mul(apply(a!, w!, b!), upstream)))([x, weight, bias]);
        return [apply(x, weight, bias), ...gradients];
      };
      const [found, expected] = [results(blocks), results(null)];
      found.forEach((each, i) => {
        expect(each.shape).toEqual(expected[i]!.shape);
        expect(tf.max(tf.abs(tf.sub(each, expected[i]!))).dataSync()[0]).toBeLessThan(2e-4);
      });
      const gradient = found[2]!.dataSync();
      expect(values.every((admitted, i) => admitted === 1 || gradient[i] === 0)).toBe(true);
    });
  });

  it('and leaves nothing behind', () => {
    const values = maskOf(increasing);
    const blocks = maskBlocks(values, [ROWS, COLUMNS], 1);
    const mask = tf.tensor2d(Float32Array.from(values), [ROWS, COLUMNS]);
    const x = normalRows(130, [ROWS]) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    const { value, grad } = tf.valueAndGrad((w) => tf.sum(maskedLinear(x, w as tf.Tensor2D, { mask, blocks })))(mask);
    tf.dispose([value, grad]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, mask]);
  });
});
