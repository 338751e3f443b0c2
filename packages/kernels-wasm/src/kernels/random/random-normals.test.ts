import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';

beforeAll(useAccelerated);
afterAll(restore);

interface State {
  readonly words: readonly [number, number, number, number];
  readonly spare: number | null;
}

const start: State = { words: [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef], spare: null };

describe('RandomNormals', () => {
  it('gives the bits of the same stream in JavaScript, however it is cut into calls', () => {
    const reference = stream(start);
    let state = start;
    for (const count of [1, 2, 3, 0, 1, 1, 4, 5, 0, 1000, 1, 9999, 100_000]) {
      const { values, next } = drawn(state, [count]);
      const expected = Float32Array.from({ length: count }, reference.normal);
      expectClose(values, expected, { ulps: 0 });
      expect(next).toEqual(reference.state());
      state = next;
    }
  });

  it('gives a tensor of the shape asked for', () => {
    const [values, next] = run({ ...start, shape: [3, 1, 5] });
    expect(values.shape).toEqual([3, 1, 5]);
    expect(values.dtype).toBe('float32');
    expect(next.shape).toEqual([7]);
    tf.dispose([values, next]);
  });

  it('begins with the spare', () => {
    const { values, next } = drawn({ ...start, spare: 0.1 }, [1]);
    expect(values[0]).toBe(Math.fround(0.1));
    expect(next).toEqual(start);
  });

  it('has the moments of a normal', () => {
    const { values } = drawn(start, [200_000]);
    const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    // Five standard errors of each.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(200_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / 200_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / 200_000));
  });
});

function run(attributes: object): [tf.Tensor, tf.Tensor] {
  return tf.engine().runKernel('RandomNormals', {}, attributes as tf.NamedAttrMap) as unknown as [tf.Tensor, tf.Tensor];
}

function drawn(state: State, shape: readonly number[]): { readonly values: Float32Array; readonly next: State } {
  const [values, next] = run({ ...state, shape });
  const numbers = next.dataSync() as Int32Array;
  const result = {
    values: values.dataSync().slice() as Float32Array,
    next: {
      words: [...Uint32Array.from(numbers.slice(0, 4))] as unknown as State['words'],
      spare: numbers[4] === 1 ? new Float64Array(numbers.slice(5, 7).buffer)[0]! : null,
    },
  };
  tf.dispose([values, next]);
  return result;
}

/** The stream by its definition. */
function stream(from: State): { readonly normal: () => number; readonly state: () => State } {
  const words = Uint32Array.from(from.words);
  let { spare } = from;
  const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  const coordinate = (): number => {
    const [a, b, c, d] = words as unknown as [number, number, number, number];
    const word = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    words.set([a ^ d ^ b, b ^ c ^ a, c ^ a ^ (b << 9), rotated(d ^ b, 11)]);
    return (2 * (word + 0.5)) / 2 ** 32 - 1;
  };
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = coordinate();
      const v = coordinate();
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
  return { normal, state: () => ({ words: [...words] as unknown as State['words'], spare }) };
}
