/** One run of axes along which each of two tensors either moves or stands still. */
export interface Axis {
  readonly size: number;
  /** By how many elements a moves with each step; 0 where it stands still. */
  readonly a: number;
  readonly b: number;
}

/**
 * The axes of a broadcast, the innermost first, with neighbours joined wherever both tensors go through them alike:
 * [B, H, W] ∘ [B, 1, 1] has two, equal shapes have one. Axes of size 1 are left out.
 */
export function joinedAxes(a: readonly number[], b: readonly number[], result: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  let [aSize, bSize] = [1, 1];
  let last: { aMoves: boolean; bMoves: boolean } | undefined;
  for (let back = 1; back <= result.length; back++) {
    const size = result[result.length - back]!;
    if (size === 1) continue;
    const aMoves = moves(a, back);
    const bMoves = moves(b, back);
    const inner = axes.at(-1);
    if (inner !== undefined && last?.aMoves === aMoves && last.bMoves === bMoves) {
      axes[axes.length - 1] = { ...inner, size: inner.size * size };
    } else axes.push({ size, a: aMoves ? aSize : 0, b: bMoves ? bSize : 0 });
    if (aMoves) aSize *= size;
    if (bMoves) bSize *= size;
    last = { aMoves, bMoves };
  }
  return axes;
}

function moves(shape: readonly number[], back: number): boolean {
  return back <= shape.length && shape[shape.length - back] !== 1;
}
