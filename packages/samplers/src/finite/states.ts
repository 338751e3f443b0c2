import { FlowzooError, sizeOf } from '@flowzoo/core';
import { assertLevels } from '../kernels/finite-gibbs.ts';

/**
 * All states of a finite space, the last element fastest: state number s is row s.
 *
 * @throws E_OPTION, also for more than 4096 states, whose transition matrix would not fit
 */
export function enumerateStates(levels: readonly number[]): Float64Array[] {
  assertLevels(levels);
  const count = sizeOf(levels);
  if (count > 4096) {
    throw new FlowzooError('E_OPTION', 'there are too many states to write them all down', {
      at: 'levels',
      expected: 'at most 4096 states',
      found: String(count),
    });
  }
  return Array.from({ length: count }, (_, index) => {
    const state = new Float64Array(levels.length);
    let rest = index;
    for (let i = levels.length - 1; i >= 0; i--) {
      state[i] = rest % levels[i]!;
      rest = Math.floor(rest / levels[i]!);
    }
    return state;
  });
}

/** The number of a state in the order of {@link enumerateStates}. */
export function stateIndex(state: ArrayLike<number>, levels: readonly number[]): number {
  return levels.reduce((index, count, i) => index * count + state[i]!, 0);
}
