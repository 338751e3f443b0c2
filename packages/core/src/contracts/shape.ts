/** The shape of one example, batch excluded; `[]` is a scalar event. */
export type Shape = readonly number[];

/** Number of elements of a shape; 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether two shapes are the same, axis by axis. */
export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** A shape as messages print it: `[28, 28, 1]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** An event shape with its batch axis, as messages print it: `[batch, 28, 28, 1]`. */
export function formatBatchShape(eventShape: Shape): string {
  return `[${['batch', ...eventShape].join(', ')}]`;
}
