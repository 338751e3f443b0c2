import type { Weights } from './weights.ts';

/** The option `order`: a name, the features in the order of generation, or a graph. */
export type OrderOption =
  | 'natural'
  | 'reversed'
  | 'random'
  | readonly number[]
  | { readonly parents: readonly (readonly number[])[] }
  | { readonly adjacency: readonly (readonly number[])[] };

/** Which feature depends on which. A class is a set of features; the degree of a unit is the class of what it may see. */
export interface Graph {
  /** The class of the parents of each feature. */
  readonly classOf: readonly number[];
  readonly groups: readonly (readonly number[])[];
  sees(degree: number, feature: number): boolean;
  contains(degree: number, inner: number): boolean;
}

/** What the file says about dependences, which has to be what the option says. */
export function readGraph(option: OrderOption, size: number, weights: Weights): Graph {
  const all = Array.from({ length: size }, (_, i) => i);
  if (typeof option === 'string' || Array.isArray(option)) {
    const order = [...weights.get('order')];
    const stated = { natural: all, reversed: all.toReversed(), random: order };
    const expected = typeof option === 'string' ? stated[option] : (option as readonly number[]);
    if (order.join() !== expected.join()) throw new Error(`the file has the order ${order.join()}`);
    if (order.toSorted((a, b) => a - b).join() !== all.join()) throw new Error(`${order.join()} is no order`);
    // Class c is the first c features: a graph of hundreds of features need not be searched.
    const place = all.map((feature) => order.indexOf(feature));
    return {
      classOf: place,
      groups: order.map((feature) => [feature]),
      sees: (degree, feature) => place[feature]! < degree,
      contains: (degree, inner) => inner <= degree,
    };
  }
  const matrix = weights.get('parents');
  const parents = all.map((i) => all.filter((j) => matrix[i * size + j] === 1));
  const graph = option as { readonly parents?: number[][]; readonly adjacency?: number[][] };
  const stated = graph.parents ?? graph.adjacency!.map((row) => all.filter((j) => row[j] !== 0));
  const sorted = stated.map((list) => [...new Set(list)].toSorted((a, b) => a - b));
  if (JSON.stringify(sorted) !== JSON.stringify(parents)) throw new Error('the file has another graph');
  // The different sets of parents, the empty one first, by their sizes.
  const sets = [[], ...parents.toSorted((a, b) => a.length - b.length)];
  const names = sets.map((set) => set.join());
  return graphOf(
    parents,
    sets.filter((set, i) => names.indexOf(set.join()) === i),
  );
}

function graphOf(parents: readonly (readonly number[])[], classes: readonly (readonly number[])[]): Graph {
  const sets = classes.map((members) => new Set(members));
  const names = classes.map((members) => members.toSorted((a, b) => a - b).join());
  const groups: number[][] = [];
  const placed = new Set<number>();
  while (placed.size < parents.length) {
    const ready = parents.flatMap((list, i) => (!placed.has(i) && list.every((j) => placed.has(j)) ? [i] : []));
    if (ready.length === 0) throw new Error('the features depend on each other in a cycle');
    for (const feature of ready) placed.add(feature);
    groups.push(ready);
  }
  const contained = sets.map((outer) => classes.map((inner) => inner.every((feature) => outer.has(feature))));
  return {
    classOf: parents.map((list) => names.indexOf(list.toSorted((a, b) => a - b).join())),
    groups,
    sees: (degree, feature) => sets[degree]!.has(feature),
    contains: (degree, inner) => contained[degree]![inner]!,
  };
}

/** Throws unless a weight `[rows, units]` is zero wherever it is not allowed. */
export function assertMasked(
  name: string,
  weight: Float64Array,
  degrees: readonly number[],
  allowed: (row: number, degree: number) => boolean,
): void {
  for (let row = 0; row < weight.length / degrees.length; row++) {
    for (const [unit, degree] of degrees.entries()) {
      const value = weight[row * degrees.length + unit]!;
      if (value !== 0 && !allowed(row, degree)) {
        throw new Error(`${name}.weight [${row}, ${unit}] is ${value}, which its mask forbids`);
      }
    }
  }
}
