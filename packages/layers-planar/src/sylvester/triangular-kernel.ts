import { scalarRoot } from '../two-way/scalar-root.ts';

/** The numbers of a triangular system; with one row of parameters they serve all examples. */
export interface SystemArrays {
  /** Right-hand sides, `[batch, M]`. */
  readonly target: Float32Array;
  /** R, `[rows, M, M]`. */
  readonly outer: Float32Array;
  /** R̃, `[rows, M, M]`. */
  readonly inner: Float32Array;
  /** b, `[rows, M]`. */
  readonly offset: Float32Array;
}

/** Sizes of a triangular system; rows is 1 or batch. */
export interface SystemSizes {
  readonly batch: number;
  readonly rows: number;
  readonly width: number;
}

/** Gradients in the order of {@link SystemArrays}. */
export interface SystemGradients {
  readonly target: Float32Array;
  readonly outer: Float64Array;
  readonly inner: Float64Array;
  readonly offset: Float64Array;
}

/**
 * Solves q + R tanh(R̃ q + b) = y for q, one example after the other, in float64: R and R̃ are upper triangular, so the last
 * element obeys a scalar equation, and each one before it a scalar equation in which those behind it are known.
 *
 * @returns q, `[batch, M]`
 */
export function solveTriangular(arrays: SystemArrays, { batch, rows, width }: SystemSizes): Float32Array {
  const { target, outer, inner, offset } = arrays;
  const roots = new Float32Array(batch * width);
  const q = new Float64Array(width);
  const h = new Float64Array(width);
  for (let n = 0; n < batch; n++) {
    const row = rows === 1 ? 0 : n;
    for (let i = width - 1; i >= 0; i--) {
      const line = (row * width + i) * width;
      let y = target[n * width + i]!;
      let k = offset[row * width + i]!;
      for (let j = i + 1; j < width; j++) {
        y -= outer[line + j]! * h[j]!;
        k += inner[line + j]! * q[j]!;
      }
      q[i] = solveScalar(y, { outer: outer[line + i]!, inner: inner[line + i]!, offset: k });
      h[i] = Math.tanh(inner[line + i]! * q[i]! + k);
      roots[n * width + i] = q[i]!;
    }
  }
  return roots;
}

/** The root q of q + r tanh(s q + k) = y with r s > −1, in y ± |r|. */
export function solveScalar(
  y: number,
  { outer: r, inner: s, offset: k }: { readonly outer: number; readonly inner: number; readonly offset: number },
): number {
  const hidden = (q: number): number => Math.tanh(s * q + k);
  const equation = {
    residual: (q: number): number => q + r * hidden(q) - y,
    slope(q: number): number {
      const h = hidden(q);
      return 1 + r * s * (1 - h) * (1 + h);
    },
  };
  const reach = Math.abs(r);
  return scalarRoot(equation, { low: y - reach, high: y + reach, start: y - r * hidden(y) });
}

/**
 * Gradients of Σ upstream · q by the implicit function theorem, one back substitution in the other order: O(M²) per
 * example.
 */
export function triangularGradients(
  arrays: SystemArrays,
  roots: Float32Array,
  upstream: Float32Array,
  { batch, rows, width }: SystemSizes,
): SystemGradients {
  const { outer, inner, offset } = arrays;
  const gradients = {
    target: new Float32Array(batch * width),
    outer: new Float64Array(outer.length),
    inner: new Float64Array(inner.length),
    offset: new Float64Array(offset.length),
  };
  const h = new Float64Array(width);
  // Sensitivities of the loss to q and to tanh(R̃ q + b), as far as the elements before have told.
  const toRoot = new Float64Array(width);
  const toHidden = new Float64Array(width);
  for (let n = 0; n < batch; n++) {
    const row = rows === 1 ? 0 : n;
    const q = roots.subarray(n * width, (n + 1) * width);
    for (let i = 0; i < width; i++) {
      const line = (row * width + i) * width;
      let pre = offset[row * width + i]!;
      for (let j = i; j < width; j++) pre += inner[line + j]! * q[j]!;
      h[i] = Math.tanh(pre);
      toRoot[i] = upstream[n * width + i]!;
      toHidden[i] = 0;
    }
    for (let i = 0; i < width; i++) {
      const line = (row * width + i) * width;
      const [r, s] = [outer[line + i]!, inner[line + i]!];
      const slope = (1 - h[i]!) * (1 + h[i]!);
      const throughHidden = toHidden[i]! * slope;
      // q solves q + r tanh(s q + k) = y: its sensitivity becomes one to y.
      const toTarget = (toRoot[i]! + throughHidden * s) / (1 + r * s * slope);
      const toOffset = throughHidden - toTarget * r * slope;
      gradients.target[n * width + i] = toTarget;
      gradients.offset[row * width + i]! += toOffset;
      gradients.outer[line + i]! -= toTarget * h[i]!;
      gradients.inner[line + i]! += toOffset * q[i]!;
      for (let j = i + 1; j < width; j++) {
        gradients.outer[line + j]! -= toTarget * h[j]!;
        gradients.inner[line + j]! += toOffset * q[j]!;
        toHidden[j]! -= toTarget * outer[line + j]!;
        toRoot[j]! += toOffset * inner[line + j]!;
      }
    }
  }
  return gradients;
}
