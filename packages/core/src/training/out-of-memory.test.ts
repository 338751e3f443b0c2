import { describe, expect, it } from 'vitest';
import { explainOutOfMemory } from './out-of-memory.ts';

describe('a step without memory', () => {
  it('names the bytes and the micro-batches that would fit', () => {
    const full = Object.assign(new Error('the heap is full'), { code: 'E_OUT_OF_MEMORY', bytes: 4096 });
    const step = (): never => {
      throw full;
    };
    expect(() => explainOutOfMemory(step)).toThrow(
      /a training step needs more memory than there is .*4096 bytes asked for \(the heap is full\).*Set microBatch to half/s,
    );
  });

  it('leaves results and other errors as they are', () => {
    expect(explainOutOfMemory(() => 3)).toBe(3);
    const other = new Error('another');
    expect(() =>
      explainOutOfMemory(() => {
        throw other;
      }),
    ).toThrow(other);
  });
});
