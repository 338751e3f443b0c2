/**
 * Which feature may depend on which: the directed acyclic graph behind every mask.
 *
 * Features with the same parents share a **class**; class 0 has no parents. Every hidden unit of a masked network has a
 * class too, its *degree*: it may see the parents of that class. With an order, class c is the first c features, so
 * that classes are the degrees of the MADE paper.
 */
export interface Dependence {
  /** Number of features, D. */
  readonly size: number;
  /** Number of classes; D for an order. */
  readonly classes: number;
  /** The class of each feature: what its parameters may depend on. */
  readonly classOf: Int32Array;
  /** Length of the longest way from a feature without parents to this one; the place in the order, for an order. */
  readonly levels: Int32Array;
  /** Length of the longest way from this feature to one that nothing depends on. */
  readonly heights: Int32Array;
  /** Number of levels: evaluations of the conditioner that the sequential direction takes. */
  readonly depth: number;
  /** What is saved: the order `[D]`, or the matrix `[D, D]` with 1 at [i, j] where feature i depends on feature j. */
  readonly saved: { readonly name: 'order' | 'parents'; readonly values: Int32Array; readonly shape: number[] };
  /** Whether a unit of this class may see this feature. */
  sees(unit: number, feature: number): boolean;
  /** Whether all that the inner class sees is seen by the outer one. */
  contains(outer: number, inner: number): boolean;
}

/** The dependence of an order: `order[k]` is the feature at place k, and depends on all before it. */
export function dependenceOfOrder(order: ArrayLike<number>): Dependence {
  const size = order.length;
  const rank = new Int32Array(size);
  for (let place = 0; place < size; place++) rank[order[place]!] = place;
  return {
    size,
    classes: size,
    classOf: rank,
    levels: rank,
    heights: rank.map((place) => size - 1 - place),
    depth: size,
    saved: { name: 'order', values: Int32Array.from(order), shape: [size] },
    sees: (unit, feature) => rank[feature]! < unit,
    contains: (outer, inner) => inner <= outer,
  };
}

/** The dependence of lists of parents without a cycle. */
export function dependenceOfParents(parents: readonly (readonly number[])[]): Dependence {
  const size = parents.length;
  const matrix = new Int32Array(size * size);
  parents.forEach((list, i) => {
    for (const j of list) matrix[i * size + j] = 1;
  });
  const rows = parents.map((_, i) => matrix.subarray(i * size, (i + 1) * size));
  const distinct = new Map<string, Int32Array>([[new Int32Array(size).join(), new Int32Array(size)]]);
  for (const row of [...rows].sort((a, b) => total(a) - total(b))) distinct.set(row.join(), row);
  const sets = [...distinct.values()];
  const names = [...distinct.keys()];
  const levels = longestWays(parents);
  return {
    size,
    classes: sets.length,
    classOf: Int32Array.from(rows, (row) => names.indexOf(row.join())),
    levels,
    heights: longestWays(parents.map((_, j) => parents.flatMap((list, i) => (list.includes(j) ? [i] : [])))),
    depth: Math.max(...levels) + 1,
    saved: { name: 'parents', values: matrix, shape: [size, size] },
    sees: (unit, feature) => sets[unit]![feature] === 1,
    contains: (outer, inner) => sets[inner]!.every((member, j) => member <= sets[outer]![j]!),
  };
}

/** The dependence that was saved, of the same kind as a present one. */
export function restoredDependence(values: ArrayLike<number>, like: Dependence): Dependence {
  if (like.saved.name === 'order') return dependenceOfOrder(values);
  const { size } = like;
  return dependenceOfParents(
    Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_unused, j) => j).filter((j) => values[i * size + j] === 1),
    ),
  );
}

function total(row: Int32Array): number {
  return row.reduce((sum, each) => sum + each, 0);
}

function longestWays(sources: readonly (readonly number[])[]): Int32Array {
  const lengths = new Int32Array(sources.length).fill(-1);
  const lengthOf = (feature: number): number => {
    if (lengths[feature]! < 0) {
      lengths[feature] = Math.max(0, ...sources[feature]!.map((source) => lengthOf(source) + 1));
    }
    return lengths[feature]!;
  };
  sources.forEach((_, feature) => lengthOf(feature));
  return lengths;
}
