import type { Random } from '../random/random.ts';

/**
 * Uniform noise on (0, 1) that float32 can add to an integer below `levels` and take away again without error.
 *
 * x + u with 32 random bits in u can round up to x + 1, which is another datum (and 1 after division by K: the logit of
 * that is infinite). So u is drawn on the midpoints of 2ᵇ cells, b = 21 − ⌈log₂ levels⌉: 8192 cells for 256 levels, 32
 * for 65 536. The two bits left over absorb the rounding of a division by a number of levels that is no power of two.
 */
export function gridNoise(count: number, options: { readonly levels: number; readonly random: Random }): Float32Array {
  const cells = 2 ** (21 - Math.ceil(Math.log2(options.levels)));
  return options.random.uniforms(count).map((u) => (Math.floor(u * cells) + 0.5) / cells);
}
