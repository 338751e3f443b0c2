import type { Network, Stage } from './network.ts';

/** Hidden rows that a block should hold: enough for whole groups of four, few enough for what is done one by one. */
const ROWS_PER_BLOCK = 16;
const LONGEST_BLOCK = 32;

/**
 * Where the blocks of times end, the last at D. Their lengths are about the same; each ends where least of the groups of
 * four rows stays empty, which costs as much as if it were full.
 */
export function blockEnds(network: Network): readonly number[] {
  const times = network.schedule.order.length;
  const widest = Math.max(1, ...network.rows.slice(1).map(({ order }) => order.length));
  const usual = Math.min(Math.max(1, Math.round((ROWS_PER_BLOCK * times) / widest)), LONGEST_BLOCK);
  const slack = usual >> 2;
  const ends: number[] = [];
  for (let first = 0; first < times; first = ends.at(-1)!) {
    let best = Math.min(first + usual, times);
    let least = emptyShare(network, first, best);
    for (let end = first + usual - slack; end <= Math.min(first + usual + slack, times); end++) {
      const share = emptyShare(network, first, end);
      if (share >= least) continue;
      [best, least] = [end, share];
    }
    ends.push(best);
  }
  return ends;
}

/** Products with empty rows in the block's groups, for each of its times. */
function emptyShare(network: Network, first: number, end: number): number {
  let products = 0;
  for (const stage of network.stages) {
    const [from, to] = rowsOf(network, stage, { first, end });
    const empty = (from - to) & 3;
    for (const { rows } of stage.sources) products += empty * settledRows(network, rows, first);
  }
  return products / (end - first);
}

/** The rows that a stage computes in these times. */
export function rowsOf(
  { rows, parameterCount }: Network,
  { target }: Stage,
  { first, end }: { readonly first: number; readonly end: number },
): readonly [from: number, to: number] {
  if (target === null) return [first * parameterCount, end * parameterCount];
  const { ready } = rows[target]!;
  return [first === 0 ? 0 : ready[first - 1]!, ready[end - 1]!];
}

/** How many rows are final before a block that starts at this time. */
export function settledRows({ rows }: Network, index: number, first: number): number {
  if (index === 0) return first;
  return first === 0 ? 0 : rows[index]!.ready[first - 1]!;
}
