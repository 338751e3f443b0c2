import { FlowzooError } from '../errors/flowzoo-error.ts';
import { Random } from '../random/random.ts';
import type { DataArray, Dataset } from './data.ts';

/**
 * Changes the values of some rows at random and answers as many: dynamic binarization, shifts, noise. Row-major; the array
 * may be changed in place. All randomness comes from `random`, so that a seed fixes every number.
 */
export type Augmentation = (values: Float32Array, random: Random) => Float32Array;

/** An augmentation and what seeds it. */
export interface SeededAugmentation {
  readonly augment: Augmentation;
  readonly seed: string;
}

/**
 * The values as the augmentation answers them.
 *
 * @throws E_OPTION when it does not answer as many numbers
 */
export function augmented(values: Float32Array, { augment, seed }: SeededAugmentation): Float32Array {
  const { length } = values;
  const changed: unknown = augment(values, new Random(seed));
  if (changed instanceof Float32Array && changed.length === length) return changed;
  throw new FlowzooError('E_OPTION', 'the augmentation did not answer the rows', {
    at: 'augment',
    expected: `a Float32Array of ${length} values`,
    found: changed instanceof Float32Array ? `${changed.length} values` : String(changed),
  });
}

/** A dataset whose rows are changed once and for all. */
export function augmentOnce(dataset: Dataset, change: SeededAugmentation): Dataset {
  const x: DataArray = { shape: dataset.x.shape, values: augmented(Float32Array.from(dataset.x.values), change) };
  return { ...dataset, x };
}
