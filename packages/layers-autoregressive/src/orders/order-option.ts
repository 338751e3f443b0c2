import { FlowzooError, type JsonSchema, type Random } from '@flowzoo/core';
import { dependenceOfOrder, dependenceOfParents, type Dependence } from './dependence.ts';

/** An order by name or as a list, or a general graph by parents or as a matrix. */
export type OrderOption =
  | 'natural'
  | 'reversed'
  | 'random'
  | readonly number[]
  | { readonly parents: readonly (readonly number[])[] }
  | { readonly adjacency: readonly (readonly number[])[] };

/**
 * The dependence that the option `order` names, on D features.
 *
 * `random` is drawn from the seed and saved with the weights. A list names the features in the order in which they are
 * generated: `[2, 0, 1]` makes feature 2 the first. A graph names for each feature those it depends on.
 *
 * @throws E_OPTION for a list that is no permutation, for indices that do not exist, and for a cycle, which it prints
 */
export function dependenceOf(
  order: OrderOption,
  site: { readonly size: number; readonly random: Random; readonly at: string },
): Dependence {
  const { size, random, at } = site;
  const natural = Array.from({ length: size }, (_, i) => i);
  if (order === 'natural') return dependenceOfOrder(natural);
  if (order === 'reversed') return dependenceOfOrder(natural.toReversed());
  if (order === 'random') return dependenceOfOrder(random.fork('order').permutation(size));
  if (isList(order)) {
    assertPermutation(order, size, at);
    return dependenceOfOrder(order);
  }
  const parents = 'parents' in order ? order.parents : parentsOf(order.adjacency, size, at);
  assertGraph(parents, size, at);
  return dependenceOfParents(parents);
}

/** @throws E_OPTION when a list does not name each of D features once */
export function assertPermutation(order: ArrayLike<number>, size: number, at: string): void {
  const sorted = Array.from(order).sort((a, b) => a - b);
  if (sorted.length === size && sorted.every((feature, place) => feature === place)) return;
  throw new FlowzooError('E_OPTION', 'the order does not name each feature once', {
    at,
    expected: `each of 0 to ${size - 1} once`,
    found: shortened(Array.from(order)),
  });
}

function isList(order: OrderOption): order is readonly number[] {
  return Array.isArray(order);
}

function parentsOf(adjacency: readonly (readonly number[])[], size: number, at: string): number[][] {
  const wrong = adjacency.findIndex((row) => row.length !== size);
  if (wrong >= 0) {
    throw new FlowzooError('E_OPTION', 'the adjacency matrix is not square', {
      at,
      expected: `${size} rows of ${size} numbers`,
      found: `row ${wrong} of ${adjacency[wrong]!.length}`,
    });
  }
  return adjacency.map((row) => row.flatMap((entry, j) => (entry === 0 ? [] : [j])));
}

function assertGraph(parents: readonly (readonly number[])[], size: number, at: string): void {
  if (parents.length !== size) {
    throw new FlowzooError('E_OPTION', 'the graph has another number of features than the event', {
      at,
      expected: `${size} lists of parents`,
      found: String(parents.length),
    });
  }
  const wrong = parents.flat().find((feature) => !Number.isInteger(feature) || feature < 0 || feature >= size);
  if (wrong !== undefined) {
    throw new FlowzooError('E_OPTION', 'the graph names a feature that does not exist', {
      at,
      expected: `0 to ${size - 1}`,
      found: String(wrong),
    });
  }
  const cycle = cycleOf(parents);
  if (cycle === null) return;
  throw new FlowzooError('E_OPTION', 'the features depend on each other in a cycle', {
    at,
    expected: 'a graph without cycles',
    found: cycle.join(' → '),
    remedy: 'Take one of these dependences out (i → j reads: i depends on j)',
  });
}

/** A cycle, its first feature repeated at the end, or null. */
function cycleOf(parents: readonly (readonly number[])[]): number[] | null {
  const done = new Set<number>();
  const visit = (feature: number, way: readonly number[]): number[] | null => {
    const start = way.indexOf(feature);
    if (start >= 0) return [...way.slice(start), feature];
    if (done.has(feature)) return null;
    for (const parent of parents[feature]!) {
      const cycle = visit(parent, [...way, feature]);
      if (cycle !== null) return cycle;
    }
    done.add(feature);
    return null;
  };
  for (let feature = 0; feature < parents.length; feature++) {
    const cycle = visit(feature, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** A list as messages print it. */
export function shortened(list: readonly number[]): string {
  return list.length <= 16 ? `[${list.join(', ')}]` : `[${list.slice(0, 16).join(', ')}, …] (${list.length})`;
}

const listOfLists: JsonSchema = { type: 'array', items: { type: 'array', items: { type: 'integer', minimum: 0 } } };

/** Schema of the option `order`. */
export const orderSchema: JsonSchema = {
  type: ['string', 'array', 'object'],
  pattern: '^(natural|reversed|random)$',
  examples: ['natural', 'reversed', 'random'],
  default: 'natural',
  items: { type: 'integer', minimum: 0 },
  description:
    'Who depends on whom: "natural", "reversed", "random" (drawn once, saved), a list of the features in the order of generation, or a graph, { "parents": [[…], …] } or { "adjacency": [[0, 1, …], …] }.',
  properties: {
    parents: { ...listOfLists, description: 'For each feature the features that it depends on.' },
    adjacency: { ...listOfLists, description: 'Not 0 at [i][j] where feature i depends on feature j.' },
  },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
};
