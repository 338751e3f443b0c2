import { FlowzooError } from '@flowzoo/core';

/**
 * Sound as levels: y = sign(x)·ln(1 + µ|x|) / ln(1 + µ) with µ = K − 1, cut into K equal bins. Quiet sounds get finer
 * levels than loud ones.
 *
 * The convention of this project: samples on [−1, 1], outside of it they are cut off; **each recording is scaled to a peak of
 * 1 before** (see {@link normalizePeak}), because quiet recordings would use few of the levels.
 *
 * @param samples On [−1, 1].
 * @param levels K, 2 or more.
 * @returns Integers 0 … K − 1 as float32, what models of discrete signals take.
 * @throws E_OPTION, E_DATA_NOT_FINITE
 * @example
 * muLawEncode(Float32Array.of(-1, 0, 1), 256); // [0, 128, 255]
 */
export function muLawEncode(samples: ArrayLike<number>, levels: number): Float32Array {
  const mu = muOf(levels);
  return Float32Array.from(samples, (sample, i) => {
    if (!Number.isFinite(sample)) {
      throw new FlowzooError('E_DATA_NOT_FINITE', 'a sample is not finite', {
        at: `sample ${i}`,
        found: String(sample),
      });
    }
    const size = Math.min(Math.abs(sample), 1);
    const curved = (Math.sign(sample) * Math.log1p(mu * size)) / Math.log1p(mu);
    return Math.min(Math.floor(((curved + 1) / 2) * levels), levels - 1);
  });
}

/**
 * The sound of levels: the centre of each bin, sent back through the curve, so that encoding it gives the level again.
 *
 * @param levels K; the input holds integers 0 … K − 1.
 * @returns Samples on (−1, 1).
 * @throws E_OPTION, E_OUT_OF_DOMAIN
 * @example
 * muLawDecode(Float32Array.of(0, 255), 256); // [-0.9784…, 0.9784…]
 */
export function muLawDecode(encoded: ArrayLike<number>, levels: number): Float32Array {
  const mu = muOf(levels);
  return Float32Array.from(encoded, (level, i) => {
    if (!Number.isInteger(level) || level < 0 || level >= levels) {
      throw new FlowzooError('E_OUT_OF_DOMAIN', 'this is no level', {
        at: `sample ${i}`,
        expected: `whole numbers 0 … ${levels - 1}`,
        found: String(level),
      });
    }
    const curved = (2 * (level + 0.5)) / levels - 1;
    return (Math.sign(curved) * Math.expm1(Math.abs(curved) * Math.log1p(mu))) / mu;
  });
}

/**
 * Scales a recording to a peak; silence stays as it is.
 *
 * @param peak Largest |sample| of the result. Default: 1.
 * @example
 * normalizePeak(Float32Array.of(0.1, -0.2)); // [0.5, -1]
 */
export function normalizePeak(samples: ArrayLike<number>, peak: number = 1): Float32Array {
  let largest = 0;
  for (let i = 0; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]!));
  return Float32Array.from(samples, (sample) => (largest === 0 ? 0 : (sample / largest) * peak));
}

function muOf(levels: number): number {
  if (Number.isInteger(levels) && levels >= 2) return levels - 1;
  throw new FlowzooError('E_OPTION', 'the number of levels must be a whole number, 2 or more', {
    found: String(levels),
  });
}
