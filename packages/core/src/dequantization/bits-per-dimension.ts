import { FlowzooError } from '../errors/flowzoo-error.ts';

/** What {@link bitsPerDimension} divides by. */
export interface BitsPerDimensionOptions {
  /** Number of elements of one example, D: 784 for 28×28 grey images, 3072 for 32×32 colour images. */
  readonly dimensions: number;
}

/**
 * Bits per dimension of discrete data: −log P(x) / (D ln 2).
 *
 * `logProb` is in nats and belongs to the *discrete* data, as a model with a `dequantize` layer answers it: the constant
 * −D log K is inside already and must not be added again. Uniform guessing among K levels is log₂ K. Where `logProb` is
 * a lower bound this is an upper bound.
 *
 * @throws E_OPTION when `dimensions` is no positive whole number
 * @example
 * bitsPerDimension(-64 * Math.log(17), { dimensions: 64 }); // 4.087…, uniform guessing among 17 levels
 */
export function bitsPerDimension(logProb: number, options: BitsPerDimensionOptions): number {
  const { dimensions } = options;
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw new FlowzooError('E_OPTION', '"dimensions" is the number of elements of one example', {
      expected: 'a whole number, 1 or more',
      found: String(dimensions),
    });
  }
  return -logProb / (dimensions * Math.LN2);
}
