import type { PointwiseTaps } from '../../pixelcnn/pointwise.ts';

type Weights = Pick<PointwiseTaps, 'inputs' | 'outputs' | 'weight'>;

/** The next multiple of four. */
export function inFours(count: number): number {
  return (count + 3) & ~3;
}

/** A row with `beyond` behind its end. */
export function padRow(row: Float32Array, width: number, beyond: number): Float32Array {
  const padded = new Float32Array(width).fill(beyond, row.length);
  padded.set(row);
  return padded;
}

/** Weights `[inputs, outputs]` with zeros to the right and below. */
export function padMap({ inputs, outputs, weight }: Weights, [rows, columns]: readonly [number, number]): Float32Array {
  const padded = new Float32Array(rows * columns);
  for (let i = 0; i < inputs; i++) padded.set(weight.subarray(i * outputs, (i + 1) * outputs), i * columns);
  return padded;
}

/**
 * Weights `[taps · inputs, 2 · gates]` as `[taps · width, 2 · features]`: zeros behind every tap and behind both halves of
 * the gates. `width` is by default the number of inputs of a tap.
 */
export function placeTaps(
  { inputs, outputs, weight }: Weights,
  { taps, features, width = inputs }: { readonly taps: number; readonly features: number; readonly width?: number },
): Float32Array {
  const half = outputs / 2;
  const placed = new Float32Array(taps * width * 2 * features);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < inputs; i++) {
      const row = (tap * inputs + i) * outputs;
      const to = (tap * width + i) * 2 * features;
      placed.set(weight.subarray(row, row + half), to);
      placed.set(weight.subarray(row + half, row + outputs), to + features);
    }
  }
  return placed;
}

/** The first outputs of a map and, where there are more, the others. */
export function splitOutputs(map: PointwiseTaps, first: number): readonly [PointwiseTaps, PointwiseTaps | null] {
  const { inputs, outputs } = map;
  const part = (from: number, to: number): PointwiseTaps => {
    const weight = new Float32Array(inputs * (to - from));
    for (let i = 0; i < inputs; i++) {
      weight.set(map.weight.subarray(i * outputs + from, i * outputs + to), i * (to - from));
    }
    return { inputs, outputs: to - from, weight, bias: map.bias?.subarray(from, to) };
  };
  return [part(0, first), first === outputs ? null : part(first, outputs)];
}

/** Outputs of the next panel when so many are left. */
export function panelWidth(outputs: number): number {
  return outputs >= 32 ? 32 : outputs >= 16 ? 16 : 4;
}

/** Weights `[inner, outputs]` as panels `[inner, 32]`, then `[inner, 16]`, then `[inner, 4]`. */
export function packPanels(
  weight: Float32Array,
  { inner, outputs }: { readonly inner: number; readonly outputs: number },
): Float32Array {
  const panels = new Float32Array(weight.length);
  let at = 0;
  for (let first = 0; first < outputs;) {
    const width = panelWidth(outputs - first);
    for (let i = 0; i < inner; i++, at += width) {
      panels.set(weight.subarray(i * outputs + first, i * outputs + first + width), at);
    }
    first += width;
  }
  return panels;
}
