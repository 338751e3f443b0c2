import { FlowzooError } from '@flowzoo/core';
import { assertKnownKeys, assertWholeNumber, impossible } from '../common/check.ts';
import { logSumExp } from '../common/log-sum-exp.ts';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import { cumulativeProbabilities, invertCategorical } from '../direct/categorical.ts';
import { assertScan } from './gibbs.ts';
import { moveAll, type ChainState, type Kernel, type RunContext } from './kernel.ts';

/** Options of {@link finiteGibbs}. */
export interface FiniteGibbsOptions {
  /** Number of states of each element; element i takes the values 0 … levels[i] − 1. */
  readonly levels: readonly number[];
  /** `systematic` draws all elements in order, `random` one of them, chosen uniformly. Default: `systematic`. */
  readonly scan?: 'systematic' | 'random' | undefined;
}

/**
 * Gibbs sampling on a finite state space, with conditionals computed from the target's own log-density: all levels of an
 * element are scored for all chains in one call.
 *
 * @throws E_OPTION; in a run E_EVENT_SHAPE when there are more or fewer levels than elements, E_OUT_OF_DOMAIN when a chain
 * starts at no state
 *
 * @example
 * // Two spins that like to agree.
 * const target = plainTarget({ eventShape: [2], logDensity: (x) => (x[0] === x[1] ? 1 : 0) });
 * const kernel = finiteGibbs({ levels: [2, 2] });
 */
export function finiteGibbs(options: FiniteGibbsOptions): Kernel {
  assertKnownKeys(options, ['levels', 'scan']);
  const { levels, scan = 'systematic' } = options;
  assertLevels(levels);
  assertScan(scan);
  return {
    type: 'finite-gibbs',
    uses: 'density',
    begin(run) {
      if (levels.length !== run.size) {
        throw new FlowzooError('E_EVENT_SHAPE', 'the levels must be as many as the elements of an event', {
          at: 'levels',
          expected: String(run.size),
          found: String(levels.length),
        });
      }
      let checkedStart = false;
      return async (state) => {
        if (!checkedStart) assertStates(state.positions, levels);
        checkedStart = true;
        const chosen = run.randoms.map((random) => (scan === 'random' ? random.integer(levels.length) : -1));
        const elements = Array.from(levels.keys()).filter(
          (element) => scan === 'systematic' || chosen.includes(element),
        );
        let current = state;
        for (const element of elements) {
          const moves = (chain: number): boolean => scan === 'systematic' || chosen[chain] === element;
          current = await updateElement(current, element, { run, levels, moves });
        }
        return moveAll(current);
      };
    },
  };
}

/** p(xᵢ = level | rest) from the joint log-densities of all levels. */
export function conditionalProbabilities(logDensities: ArrayLike<number>): Float64Array {
  const total = logSumExp(logDensities);
  return Float64Array.from(logDensities, (value) => Math.exp(value - total));
}

/** @throws E_OPTION */
export function assertLevels(levels: readonly number[]): void {
  if (!Array.isArray(levels) || levels.length === 0) throw impossible('levels', levels, 'a list of whole numbers');
  levels.forEach((count, index) => assertWholeNumber(`levels[${index}]`, count, 1));
}

async function updateElement(
  state: ChainState,
  element: number,
  {
    run,
    levels,
    moves,
  }: { readonly run: RunContext; readonly levels: readonly number[]; readonly moves: (chain: number) => boolean },
): Promise<ChainState> {
  const { size, chains } = run;
  const count = levels[element]!;
  // Level by level, all chains each: row r belongs to chain r modulo chains.
  const values = new Float64Array(count * chains * size);
  for (let level = 0; level < count; level++) {
    values.set(state.positions.values, level * chains * size);
    for (let chain = 0; chain < chains; chain++) values[(level * chains + chain) * size + element] = level;
  }
  const { logDensity: scores } = await run.evaluate({ values, count: count * chains, size }, { gradient: false });
  const moved = Float64Array.from(state.positions.values);
  const logDensity = Float64Array.from(state.logDensity);
  for (let chain = 0; chain < chains; chain++) {
    if (!moves(chain)) continue;
    const own = Float64Array.from({ length: count }, (_, level) => scores[level * chains + chain]!);
    const cumulative = cumulativeProbabilities({ weights: conditionalProbabilities(own) });
    const level = invertCategorical(cumulative, run.randoms[chain]!.uniform());
    moved[chain * size + element] = level;
    logDensity[chain] = own[level]!;
  }
  return { positions: { values: moved, count: chains, size }, logDensity };
}

function assertStates(positions: Positions, levels: readonly number[]): void {
  for (let chain = 0; chain < positions.count; chain++) {
    const x = rowOf(positions, chain);
    if (x.every((value, i) => Number.isInteger(value) && value >= 0 && value < levels[i]!)) continue;
    throw new FlowzooError('E_OUT_OF_DOMAIN', 'a chain does not start at a state', {
      at: `chain ${chain} at ${formatPoint(x)}`,
      expected: `whole numbers below ${formatPoint(levels)}`,
    });
  }
}
