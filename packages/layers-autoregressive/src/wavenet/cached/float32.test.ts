import { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { exp, sigmoid, tanh } from './float32.ts';

const cases: [string, (x: number) => number, (x: number) => number, number][] = [
  ['exp', exp, Math.exp, 1.1],
  ['tanh', tanh, Math.tanh, 2.5],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x)), 2.5],
];

/** Distance in units of the last place of a float32 that is no denormal. */
function ulps(found: number, exact: number): number {
  const power = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126);
  return exact === 0 ? Math.abs(found) : Math.abs(found - exact) / 2 ** (power - 23);
}

describe('functions of float32', () => {
  it.each(cases)('%s is accurate from −87 to 87, and rounded', (_, found, exact, bound) => {
    const random = new Random(3);
    let [worst, rounded] = [0, true];
    for (const reach of [1e-3, 0.1, 1, 10, 87]) {
      for (const u of random.uniforms(20_000)) {
        const x = Math.fround((2 * u - 1) * reach);
        const y = found(x);
        worst = Math.max(worst, ulps(y, exact(x)));
        rounded &&= Math.fround(y) === y;
      }
    }
    expect(worst).toBeLessThan(bound);
    expect(rounded).toBe(true);
  });

  it.each(cases)('%s knows its ends', (_, found, exact) => {
    for (const x of [0, -0, 1e-40, -1e-40, 100, -100, Infinity, -Infinity]) {
      const y = Math.fround(exact(x));
      expect(Math.abs(found(x) - y) <= 1e-44 || found(x) === y, `${x}`).toBe(true);
    }
    expect(found(NaN)).toBe(NaN);
  });

  it('tanh keeps the sign of zero', () => {
    expect(Object.is(tanh(-0), -0)).toBe(true);
  });
});
