import { FlowzooError, type Random } from '@flowzoo/core';
import { assertFunction, assertKnownKeys, impossible } from '../common/check.ts';
import { formatPoint } from '../common/positions.ts';
import { moveAll, type Kernel, type RunContext } from './kernel.ts';

/** How elements are drawn given all others. */
export interface Conditional {
  /** Which elements of the event, counted from 0 row by row. */
  readonly elements: readonly number[];
  /** New values of these elements, drawn given the others; x must not be changed. */
  readonly draw: (x: Float64Array, random: Random) => ArrayLike<number>;
}

/** Options of {@link gibbs}. */
export interface GibbsOptions {
  readonly conditionals: readonly Conditional[];
  /** `systematic` draws all in order, `random` one of them, chosen uniformly. Default: `systematic`. */
  readonly scan?: 'systematic' | 'random' | undefined;
}

/**
 * Gibbs sampling: each block of elements is drawn from its conditional given the rest (Geman & Geman 1984,
 * https://doi.org/10.1109/TPAMI.1984.4767596). Nothing is rejected; the conditionals define the target.
 *
 * @throws E_OPTION; in a run E_OPTION when the conditionals do not cover the event, E_EVENT_SHAPE for a draw of the wrong
 * length, E_NOT_FINITE_LOSS naming chain and position
 *
 * @example
 * // A bivariate normal of correlation 0.8.
 * const given = (other: number, random: Random): number[] => [0.8 * other + 0.6 * random.normal()];
 * const kernel = gibbs({
 *   conditionals: [
 *     { elements: [0], draw: (x, random) => given(x[1]!, random) },
 *     { elements: [1], draw: (x, random) => given(x[0]!, random) },
 *   ],
 * });
 * const result = await runChains(shapeTarget([2]), kernel, { chains: 4, samples: 1000, initial: new Float64Array(8) });
 */
export function gibbs(options: GibbsOptions): Kernel {
  assertKnownKeys(options, ['conditionals', 'scan']);
  const { conditionals, scan = 'systematic' } = options;
  if (!Array.isArray(conditionals) || conditionals.length === 0) {
    throw impossible('conditionals', conditionals, 'a list of one or more { elements, draw }');
  }
  conditionals.forEach(({ draw }, index) => assertFunction(`conditionals[${index}].draw`, draw));
  assertScan(scan);
  return {
    type: 'gibbs',
    uses: 'nothing',
    begin(run) {
      assertCover(conditionals, run.size);
      return async (state) => {
        const values = Float64Array.from(state.positions.values);
        for (let chain = 0; chain < run.chains; chain++) {
          const x = values.subarray(chain * run.size, (chain + 1) * run.size);
          const random = run.randoms[chain]!;
          const chosen = scan === 'systematic' ? conditionals : [conditionals[random.integer(conditionals.length)]!];
          for (const conditional of chosen) update(conditional, x, { chain, random });
        }
        return moveAll({ ...state, positions: { values, count: run.chains, size: run.size } });
      };
    },
  };
}

/** @throws E_OPTION */
export function assertScan(scan: unknown): void {
  if (scan !== 'systematic' && scan !== 'random') throw impossible('scan', scan, 'systematic or random');
}

function update(
  { elements, draw }: Conditional,
  x: Float64Array,
  { chain, random }: { readonly chain: number; readonly random: Random },
): void {
  const drawn = draw(x, random);
  if (drawn.length !== elements.length) {
    throw new FlowzooError('E_EVENT_SHAPE', 'a conditional gives the wrong number of values', {
      at: `chain ${chain}, elements ${elements.join(', ')}`,
      expected: String(elements.length),
      found: String(drawn.length),
    });
  }
  elements.forEach((element, i) => {
    if (!Number.isFinite(drawn[i]!)) {
      throw new FlowzooError('E_NOT_FINITE_LOSS', 'a conditional gives a value that is not finite', {
        at: `chain ${chain} at ${formatPoint(x)}, element ${element}`,
        found: String(drawn[i]),
      });
    }
    x[element] = drawn[i]!;
  });
}

function assertCover(conditionals: readonly Conditional[], size: RunContext['size']): void {
  const covered = new Set(conditionals.flatMap(({ elements }) => elements));
  const outside = [...covered].find((element) => !Number.isInteger(element) || element < 0 || element >= size);
  const missing = Array.from({ length: size }, (_, i) => i).find((element) => !covered.has(element));
  if (outside === undefined && missing === undefined) return;
  throw new FlowzooError('E_OPTION', 'the conditionals must cover every element of the event and no other', {
    at: 'conditionals',
    expected: `elements 0 to ${size - 1}`,
    found: outside === undefined ? `none for element ${missing}` : `element ${outside}`,
  });
}
