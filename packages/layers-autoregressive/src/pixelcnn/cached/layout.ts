/** Outputs that are computed together: weights lie in panels of so many. */
export const PANEL = 16;

/** Where the numbers of one position lie. */
export interface Layout {
  /** Numbers of the position, gaps included. */
  readonly size: number;
  /** Place of each. */
  readonly places: Int32Array;
}

/** One after the other. */
export function flat(width: number): Layout {
  return { size: width, places: Int32Array.from({ length: width }, (_, i) => i) };
}

/** Two halves, each beginning at a multiple of four: what a gate reads. */
export function halves(width: number): Layout {
  const half = width / 2;
  const start = Math.ceil(half / 4) * 4;
  return { size: 2 * start, places: Int32Array.from({ length: width }, (_, i) => (i < half ? i : start + i - half)) };
}

/** Numbers of several positions in their layout, zeros in its gaps. */
export function spread(values: Float32Array, { size, places }: Layout): Float32Array {
  const positions = values.length / places.length;
  const result = new Float32Array(positions * size);
  for (let position = 0; position < positions; position++) {
    for (const [i, place] of places.entries()) result[position * size + place] = values[position * places.length + i]!;
  }
  return result;
}

/**
 * A matrix `[inputs, outputs]` in the order in which products read it: panels of {@link PANEL} outputs, in each the
 * weights of one input after the other; zeros where the layouts have gaps.
 */
export function packMatrix(
  weights: Float32Array,
  { inputs, outputs }: { readonly inputs: Layout; readonly outputs: Layout },
): Float32Array {
  const width = outputs.places.length;
  const panels = Math.ceil(outputs.size / PANEL);
  const packed = new Float32Array(panels * inputs.size * PANEL);
  for (const [i, row] of inputs.places.entries()) {
    for (let o = 0; o < width; o++) {
      const column = outputs.places[o]!;
      const panel = Math.floor(column / PANEL);
      packed[(panel * inputs.size + row) * PANEL + (column % PANEL)] = weights[i * width + o]!;
    }
  }
  return packed;
}
