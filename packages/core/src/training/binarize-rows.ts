import type { Augmentation } from './augment.ts';

/**
 * Dynamic binarization: each value v becomes 1 with probability v / maximum, else 0, anew for every batch. Its
 * likelihoods are not comparable with those of a fixed or a threshold binarization.
 *
 * @param maximum The value that is always 1: 255 for bytes.
 * @example
 * await fit(model, images, { steps: 1000, augment: binarizeRows(255) });
 */
export function binarizeRows(maximum: number): Augmentation {
  return (values, random) => values.map((value) => (random.uniform() * maximum < value ? 1 : 0));
}
