import { Random, type Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** A map of one example in float64. */
export type Map64 = (x: readonly number[]) => number[];

/** Draws every variable from N(0, scale²), not divided by anything: errors hide at small parameters. */
export function scatter(part: Bijector, scale: number, seed: number | string = 'scatter'): void {
  const random = new Random(seed);
  for (const [name, variable] of part.variables) {
    const values = random
      .fork(name)
      .normals(variable.size)
      .map((each) => each * scale);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

/** A variable's values. */
export function numbersOf(part: Bijector, name: string): number[] {
  return Array.from(part.variables.get(name)!.dataSync());
}

/** Normal rows `[batch, D]`. */
export function normalRows(batch: number, size: number, seed: number | string = 'rows'): tf.Tensor2D {
  return tf.tensor2d(new Random(seed).normals(batch * size), [batch, size]);
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const softplus = (t: number): number => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));

/** y = x + û h(wᵀx + b) as the paper writes it, from the raw u, w and b. */
export function planar64(
  { u, w, b }: { readonly u: readonly number[]; readonly w: readonly number[]; readonly b: number },
  { h = Math.tanh, minimumSlope = 0.001 }: { readonly h?: (a: number) => number; readonly minimumSlope?: number } = {},
): Map64 {
  const product = dot(u, w);
  const factor = (-1 + minimumSlope + softplus(product) - product) / dot(w, w);
  const direction = u.map((each, i) => each + factor * w[i]!);
  return (x) => x.map((each, i) => each + direction[i]! * h(dot(w, x) + b));
}

/** y = x + β̂ (x − c) / (α + r). */
export function radial64(
  parameters: { readonly center: readonly number[]; readonly alpha: number; readonly beta: number },
  { minimumSlope = 0.001 }: { readonly minimumSlope?: number } = {},
): Map64 {
  const { center } = parameters;
  const alpha = softplus(parameters.alpha) + 1e-6;
  const beta = -alpha + softplus(parameters.beta) + minimumSlope * alpha;
  return (x) => {
    const radius = Math.hypot(...x.map((each, i) => each - center[i]!));
    return x.map((each, i) => each + (beta * (each - center[i]!)) / (alpha + radius));
  };
}

/** y = x + tanh(x Q R̃ᵀ + b) Rᵀ Qᵀ with Q `[D][M]` and the packed triangles. */
export function sylvester64(
  parameters: {
    readonly q: readonly (readonly number[])[];
    readonly triangles: readonly number[];
    readonly diagonal: readonly number[];
    readonly b: readonly number[];
  },
  { minimumSlope = 0.001 }: { readonly minimumSlope?: number } = {},
): Map64 {
  const { q, triangles, diagonal, b } = parameters;
  const bound = Math.sqrt(1 - minimumSlope);
  const width = b.length;
  const outer = (i: number, j: number): number => {
    if (i > j) return 0;
    return i === j ? bound * Math.tanh(triangles[i * width + i]!) : triangles[i * width + j]!;
  };
  const inner = (i: number, j: number): number => {
    if (i > j) return 0;
    return i === j ? bound * Math.tanh(diagonal[i]!) : triangles[j * width + i]!;
  };
  return (x) => {
    const inBasis = b.map((_, j) => x.reduce((sum, each, i) => sum + each * q[i]![j]!, 0));
    const hidden = b.map((offset, i) => Math.tanh(inBasis.reduce((sum, each, j) => sum + inner(i, j) * each, offset)));
    const step = b.map((_, i) => hidden.reduce((sum, each, j) => sum + outer(i, j) * each, 0));
    return x.map((each, i) => each + dot(step, q[i]!));
  };
}

/** log|det| of the Jacobian by central differences and an elimination, all in float64. */
export function logDet64(map: Map64, x: readonly number[]): number {
  const step = 1e-5;
  const rows = x.map((_, i) => {
    const above = map(x.map((each, j) => (j === i ? each + step : each)));
    const below = map(x.map((each, j) => (j === i ? each - step : each)));
    return above.map((each, j) => (each - below[j]!) / (2 * step));
  });
  let total = 0;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    total += Math.log(Math.abs(rows[k]![k]!));
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return total;
}
