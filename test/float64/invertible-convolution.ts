import { pointwise } from './convolution.ts';
import { sizeOf, type Layer, type Site } from './layer.ts';
import { softplus } from './scalar.ts';
import type { Weights } from './weights.ts';

interface ConvolutionConfig {
  readonly form: 'plu' | 'orthogonal';
  readonly diagonal: 'exp' | 'softplus' | 'free';
  readonly unit: 'lower' | 'upper';
  readonly floor: number;
}

/** z = x W for the channels of each pixel, W = P L U (Kingma & Dhariwal 2018, section 3.2). */
export function invertibleConvolution(config: ConvolutionConfig, { dataShape, weights }: Site): Layer {
  const channels = dataShape.at(-1)!;
  const pixels = sizeOf(dataShape) / channels;
  const { weight, logAbs } =
    config.form === 'plu' ? readPlu(config, channels, weights) : { weight: weights.get('weight'), logAbs: 0 };
  const inverse = inverseOf(weight, channels);
  const grid = { height: pixels, width: 1, inputs: channels, outputs: channels };
  return {
    latentShape: dataShape,
    inverse: (x) => ({ value: pointwise(x, weight, grid), logDet: pixels * logAbs }),
    forward: (z) => ({ value: pointwise(z, inverse, grid), logDet: -pixels * logAbs }),
  };
}

/** W, whose row `permutation[i]` is row i of L U, and log|det W|. */
function readPlu(
  { diagonal, unit, floor }: ConvolutionConfig,
  size: number,
  weights: Weights,
): { readonly weight: Float64Array; readonly logAbs: number } {
  const factors = weights.get('factors');
  const sign = weights.get('sign');
  const maps = { exp: Math.exp, softplus: (d: number): number => softplus(d) + floor, free: (d: number): number => d };
  const own = Float64Array.from(
    sign,
    (each, i) => (diagonal === 'free' ? 1 : each) * maps[diagonal](factors[i * size + i]!),
  );
  const lower = (i: number, j: number): number =>
    i > j ? factors[i * size + j]! : i < j ? 0 : unit === 'lower' ? 1 : own[i]!;
  const upper = (i: number, j: number): number =>
    i < j ? factors[i * size + j]! : i > j ? 0 : unit === 'lower' ? own[i]! : 1;
  const weight = new Float64Array(size * size);
  for (const [i, row] of weights.get('permutation').entries()) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) weight[row * size + j]! += lower(i, k) * upper(k, j);
    }
  }
  return { weight, logAbs: own.reduce((sum, each) => sum + Math.log(Math.abs(each)), 0) };
}

/** Gauss-Jordan elimination with row pivots, which trusts nothing of how a matrix was made. */
function inverseOf(matrix: Float64Array, size: number): Float64Array {
  const rows = Array.from({ length: size }, (_, i) => [
    ...matrix.subarray(i * size, (i + 1) * size),
    ...Array.from({ length: size }, (_unused, j) => (i === j ? 1 : 0)),
  ]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column; i < size; i++) if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const own = rows[column]!.map((value) => value / rows[column]![column]!);
    rows.forEach((row, i) => {
      if (i !== column) rows[i] = row.map((value, j) => value - row[column]! * own[j]!);
    });
    rows[column] = own;
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(size)));
}
