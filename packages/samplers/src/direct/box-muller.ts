import { FlowzooError, Random } from '@flowzoo/core';
import { assertKnownKeys, assertSeed, assertWholeNumber } from '../common/check.ts';

/**
 * Two uniforms on (0, 1] and [0, 1) to two independent standard normals.
 *
 * z₀ = √(−2 ln u₁) cos 2πu₂, z₁ = √(−2 ln u₁) sin 2πu₂ (Box & Muller 1958, https://doi.org/10.1214/aoms/1177706645).
 *
 * @throws E_OPTION when a uniform is outside of its interval
 *
 * @example
 * const [z0, z1] = boxMuller(0.5, 0.25); // 0 and √(2 ln 2)
 */
export function boxMuller(u1: number, u2: number): readonly [number, number] {
  if (!(u1 > 0 && u1 <= 1) || !(u2 >= 0 && u2 <= 1)) {
    throw new FlowzooError('E_OPTION', 'the uniforms of Box–Muller must lie in (0, 1] and [0, 1]', {
      at: 'boxMuller',
      found: `${u1} and ${u2}`,
    });
  }
  const radius = Math.sqrt(-2 * Math.log(u1));
  const angle = 2 * Math.PI * u2;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/**
 * `count` standard normals by {@link boxMuller}, seeded.
 *
 * @throws E_OPTION
 *
 * @example
 * const z = boxMullerNormals(1000, { seed: 7 });
 */
export function boxMullerNormals(count: number, options: { readonly seed?: number | string } = {}): Float64Array {
  assertWholeNumber('count', count, 0);
  assertKnownKeys(options, ['seed']);
  assertSeed('seed', options.seed ?? 0);
  const random = new Random(options.seed ?? 0);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const [first, second] = boxMuller(random.uniform(), random.uniform());
    values[i] = first;
    if (i + 1 < count) values[i + 1] = second;
  }
  return values;
}
