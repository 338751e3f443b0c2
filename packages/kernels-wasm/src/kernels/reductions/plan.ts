import * as tf from '@tensorflow/tfjs';

/** Neighbouring axes that are all kept or all reduced, as one. */
export interface AxisGroup {
  readonly count: number;
  readonly reduced: boolean;
}

/** What a reduction does with a shape. */
export interface ReductionPlan {
  /** Kept and reduced in turn, outermost first; axes of one element are left out. */
  readonly groups: readonly AxisGroup[];
  readonly outShape: readonly number[];
  /** How many numbers go into one. */
  readonly size: number;
  /** The reduced axes. */
  readonly axes: readonly number[];
}

/** Axes as tfjs takes them: a number or numbers, negative from the end; null or undefined is all. */
export function planReduction(
  shape: readonly number[],
  axis: number | number[] | null | undefined,
  keepDims: boolean,
): ReductionPlan {
  const axes = tf.util.parseAxisParam(axis as number | number[], shape as number[]);
  const groups: { count: number; reduced: boolean }[] = [];
  const outShape: number[] = [];
  let size = 1;
  // One pass with plain loops: this runs in every call, and small tensors feel it.
  for (let at = 0; at < shape.length; at++) {
    const count = shape[at]!;
    const reduced = axes.includes(at);
    if (reduced) size *= count;
    if (!reduced) outShape.push(count);
    else if (keepDims) outShape.push(1);
    if (count === 1) continue;
    const before = groups.at(-1);
    if (before !== undefined && before.reduced === reduced) before.count *= count;
    else groups.push({ count, reduced });
  }
  return { groups, outShape, size, axes };
}
