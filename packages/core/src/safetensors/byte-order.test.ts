import { describe, expect, it } from 'vitest';
import { swapForHost } from './byte-order.ts';

describe('swapForHost', () => {
  it('reverses each element on a machine that keeps the high byte first', () => {
    const swap = (elementBytes: number): number[] => [
      ...swapForHost(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), elementBytes, { littleEndian: false }),
    ];
    expect(swap(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(swap(2)).toEqual([2, 1, 4, 3, 6, 5, 8, 7]);
    expect(swap(4)).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    expect(swap(8)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('gives this machine the order that its DataView calls little-endian', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const expected = new DataView(bytes.buffer).getUint32(0, true);
    expect(new Uint32Array(swapForHost(bytes, 4).buffer)[0]).toBe(expected);
  });
});
