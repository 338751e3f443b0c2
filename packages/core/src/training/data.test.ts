import { describe, expect, it } from 'vitest';
import { BatchOrder } from './batches.ts';
import { checksum, gatherRows, holdOut, type Dataset } from './data.ts';

const dataset: Dataset = {
  rows: 10,
  x: { shape: [10, 2], values: Float32Array.from({ length: 20 }, (_, i) => i) },
  context: { shape: [10, 1], values: Float32Array.from({ length: 10 }, (_, i) => 100 + i) },
};

describe('holdOut', () => {
  it('divides the rows, contexts with them, by the seed', () => {
    const { training, validation } = holdOut(dataset, { fraction: 0.3, seed: 1 });
    expect([training.rows, validation.rows]).toEqual([7, 3]);
    const contexts = [...training.context!.values, ...validation.context!.values];
    expect(contexts.toSorted()).toEqual([...dataset.context!.values]);
    [...training.context!.values].forEach((value, row) => {
      expect([...training.x.values.subarray(2 * row, 2 * row + 2)]).toEqual([2 * (value - 100), 2 * (value - 100) + 1]);
    });
    expect(holdOut(dataset, { fraction: 0.3, seed: 1 })).toEqual({ training, validation });
    expect(holdOut(dataset, { fraction: 0.3, seed: 2 }).validation).not.toEqual(validation);
  });

  it('leaves at least one row on either side', () => {
    expect(holdOut(dataset, { fraction: 0.001, seed: 0 }).validation.rows).toBe(1);
    expect(holdOut(dataset, { fraction: 0.999, seed: 0 }).training.rows).toBe(1);
  });
});

describe('gatherRows', () => {
  it.each([2, 100])('copies rows of width %i', (width) => {
    const values = Uint8Array.from({ length: 3 * width }, (_, i) => i % 256);
    const gathered = gatherRows({ shape: [3, width], values }, Int32Array.of(2, 0));
    expect([...gathered]).toEqual([...values.subarray(2 * width), ...values.subarray(0, width)]);
  });
});

describe('checksum', () => {
  it('tells data apart, a sign of zero and a context included', () => {
    const other = { ...dataset, context: { shape: [10, 1], values: new Float32Array(10) } };
    const negative = { ...other, context: { shape: [10, 1], values: new Float32Array(10).fill(-0) } };
    const sums = [dataset, other, negative, { ...dataset, context: null }].map(checksum);
    expect(new Set(sums).size).toBe(4);
    expect(checksum({ ...dataset })).toBe(sums[0]);
  });
});

describe('BatchOrder', () => {
  it('visits every row at most once per epoch, in an order of its own, whatever was asked before', () => {
    const order = new BatchOrder({ rows: 10, batchSize: 3, seed: 4 });
    expect(order.stepsPerEpoch).toBe(3);
    const epochs = [0, 3, 6].map((first) => [0, 1, 2].flatMap((step) => [...order.rowsOf(first + step)]));
    for (const rows of epochs) expect(new Set(rows).size).toBe(9);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[1]).not.toEqual(epochs[2]);
    expect([...new BatchOrder({ rows: 10, batchSize: 3, seed: 4 }).rowsOf(7)]).toEqual(epochs[2]!.slice(3, 6));
  });

  it('takes all rows when there are fewer than a batch', () => {
    const order = new BatchOrder({ rows: 4, batchSize: 100, seed: 0 });
    expect([...order.rowsOf(5)].toSorted()).toEqual([0, 1, 2, 3]);
  });
});
