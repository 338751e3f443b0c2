import type { ModuleExports } from '../../module/instantiate.ts';

/** One axis of a move: how many elements, and how many bytes apart they lie in x and in y. */
export interface MoveAxis {
  readonly count: number;
  readonly xStep: number;
  readonly yStep: number;
}

/** Where a move starts, and what it moves. */
export interface Move {
  /** Byte offset of the first element read. */
  readonly x: number;
  /** Byte offset of the first element written. */
  readonly y: number;
  /** Outermost first. Steps may be negative (reversed) or, in x, 0 (repeated). */
  readonly axes: readonly MoveAxis[];
  /** Bytes of one element: 4 or 1. */
  readonly bytes: number;
}

/** Nothing is moved along it. */
const ONCE: MoveAxis = { count: 1, xStep: 0, yStep: 0 };

/**
 * y[i, j, …] = x[i, j, …] for places with any steps: slices, concatenations, paddings, transpositions, reversals and
 * repetitions are all this one move, and differ in their steps alone. Axes that continue each other become one, and the
 * pattern that is left chooses the loop: contiguous runs, transposed matrices, or single elements.
 */
export function move(functions: ModuleExports, { x, y, axes, bytes }: Move): void {
  const left = merge(axes);
  if (left === null) return;
  const last = left.at(-1) ?? ONCE;
  if (last === ONCE || (last.xStep === bytes && last.yStep === bytes)) {
    const outer = left.slice(0, -1);
    const rows = outer.pop() ?? ONCE;
    const run = functions['moveRuns']!;
    overOuter(outer, x, y, (...place) => {
      run(...place, rows.count, rows.xStep, rows.yStep, last.count * bytes);
    });
    return;
  }
  if (bytes === 4 && last.yStep === 4) {
    const column = left.findIndex((axis) => axis !== last && axis.xStep === 4);
    if (column >= 0) {
      const [columns] = left.splice(column, 1) as [MoveAxis];
      const run = functions['moveTransposed']!;
      overOuter(left.slice(0, -1), x, y, (...place) => {
        run(...place, last.count, columns.count, last.xStep, columns.yStep);
      });
      return;
    }
  }
  const inner = left.splice(innerLoop(left), 1)[0]!;
  const rows = left.pop() ?? ONCE;
  const run = functions[bytes === 4 ? 'moveWords' : 'moveBytes']!;
  overOuter(left, x, y, (...place) => {
    run(...place, rows.count, rows.xStep, rows.yStep, inner.count, inner.xStep, inner.yStep);
  });
}

/** Drops axes of one element and joins axes that continue each other; null when there is nothing to move. */
function merge(axes: readonly MoveAxis[]): MoveAxis[] | null {
  const merged: MoveAxis[] = [];
  for (const axis of axes) {
    if (axis.count === 0) return null;
    if (axis.count === 1) continue;
    const before = merged.at(-1);
    if (before !== undefined && before.xStep === axis.xStep * axis.count && before.yStep === axis.yStep * axis.count) {
      merged[merged.length - 1] = { ...axis, count: axis.count * before.count };
    } else merged.push(axis);
  }
  return merged;
}

/** The axis of the innermost loop: the last one, unless it is so short that the loop around it would do the work. */
function innerLoop(axes: readonly MoveAxis[]): number {
  const last = axes.length - 1;
  if (axes[last]!.count >= 8) return last;
  let longest = last;
  axes.forEach(({ count }, at) => {
    if (count > axes[longest]!.count) longest = at;
  });
  return longest;
}

type Place = [x: number, y: number, n0: number, x0: number, y0: number, n1: number, x1: number, y1: number];

/** The functions loop over two outer axes themselves; more are looped over here, which happens from rank 5 on. */
function overOuter(outer: readonly MoveAxis[], x: number, y: number, run: (...place: Place) => void): void {
  if (outer.length > 2) {
    const [first, ...rest] = outer as [MoveAxis, ...MoveAxis[]];
    for (let i = 0; i < first.count; i++) overOuter(rest, x + i * first.xStep, y + i * first.yStep, run);
    return;
  }
  const second = outer.at(-1) ?? ONCE;
  const first = outer.at(-2) ?? ONCE;
  run(x, y, first.count, first.xStep, first.yStep, second.count, second.xStep, second.yStep);
}

/** Bytes between neighbours along each axis of a dense tensor. */
export function byteSteps(shape: readonly number[], bytes: number): number[] {
  const steps = shape.map(() => 0);
  let step = bytes;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis]!;
  }
  return steps;
}

/** The axes of a move between a part of x and a part of y that have this shape. */
export function moveAxes(shape: readonly number[], xSteps: readonly number[], ySteps: readonly number[]): MoveAxis[] {
  return shape.map((count, axis) => ({ count, xStep: xSteps[axis]!, yStep: ySteps[axis]! }));
}
