import type { PluValues } from '../convolution/plu.ts';

/** Parameters of an activation normalization and of the 1×1 convolution behind it, as numbers. */
export interface MixingParameters extends PluValues {
  /** b, `[C]`. */
  readonly shift: Float32Array;
  /** r of the scale ±exp(k·r), `[C]`. */
  readonly logScale: Float32Array;
  readonly scaleSign: Float32Array;
  /** k. */
  readonly logFactor: number;
}

/** What is made of them, in float64, row-major. */
export interface MixingValues {
  /** ±exp(k·r). */
  readonly scale: Float64Array;
  /** U, with its diagonal. */
  readonly upper: Float64Array;
  /** W = P L U. */
  readonly weight: Float64Array;
}

/** Gradients in the parameters. */
export interface MixingGradients {
  readonly shift: Float32Array;
  readonly logScale: Float32Array;
  readonly factors: Float32Array;
}

/** s, U and W of the parameters: W has L with ones on its diagonal and U with sign·exp(d) on its own. */
export function mixingValues({ logScale, scaleSign, logFactor, factors, order, sign }: MixingParameters): MixingValues {
  const size = order.length;
  const scale = Float64Array.from(logScale, (r, i) => scaleSign[i]! * Math.exp(logFactor * r));
  const upper = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) upper[i * size + j] = factors[i * size + j]!;
    upper[i * size + i] = sign[i]! * Math.exp(factors[i * size + i]!);
  }
  const weight = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = order[i]! * size;
    for (let k = 0; k <= i; k++) {
      const factor = k === i ? 1 : factors[i * size + k]!;
      for (let j = k; j < size; j++) weight[row + j] = weight[row + j]! + factor * upper[k * size + j]!;
    }
  }
  return { scale, upper, weight };
}

/** From ∂W to the gradient in the triangles and the logarithms of the diagonal. */
export function factorGradients(
  dWeight: Float64Array,
  { factors, order }: MixingParameters,
  { upper }: MixingValues,
): Float32Array {
  const size = order.length;
  const dUpper = new Float64Array(size * size);
  const gradients = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = order[i]! * size;
    for (let k = 0; k < i; k++) {
      const factor = factors[i * size + k]!;
      let sum = 0;
      for (let j = k; j < size; j++) {
        const each = dWeight[row + j]!;
        sum += each * upper[k * size + j]!;
        dUpper[k * size + j] = dUpper[k * size + j]! + factor * each;
      }
      gradients[i * size + k] = sum;
    }
    for (let j = i; j < size; j++) dUpper[i * size + j] = dUpper[i * size + j]! + dWeight[row + j]!;
  }
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) gradients[i * size + j] = dUpper[i * size + j]!;
    gradients[i * size + i] = dUpper[i * size + i]! * upper[i * size + i]!;
  }
  return gradients;
}

/** M = diag(s) W and c = (b ⊙ s) W, so that ((x + b) ⊙ s) W = x M + c. */
export function mixingMatrix(
  { shift }: MixingParameters,
  { scale, weight }: MixingValues,
): { readonly matrix: Float32Array; readonly offset: Float32Array } {
  const size = shift.length;
  const matrix = new Float32Array(size * size);
  const sums = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const each = scale[i]! * weight[i * size + j]!;
      matrix[i * size + j] = each;
      sums[j] = sums[j]! + shift[i]! * each;
    }
  }
  return { matrix, offset: Float32Array.from(sums) };
}

/** From ∂M and ∂c to the gradients in all parameters. */
export function mixingGradients(
  { dMatrix, dOffset }: { readonly dMatrix: Float32Array; readonly dOffset: Float32Array },
  parameters: MixingParameters,
): MixingGradients {
  const { shift, logFactor } = parameters;
  const size = shift.length;
  const values = mixingValues(parameters);
  const { scale, weight } = values;
  const dShift = new Float32Array(size);
  const dLogScale = new Float32Array(size);
  const dWeight = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const [b, s] = [shift[i]!, scale[i]!];
    let [ofMatrix, ofOffset] = [0, 0];
    for (let j = 0; j < size; j++) {
      const w = weight[i * size + j]!;
      ofMatrix += dMatrix[i * size + j]! * w;
      ofOffset += dOffset[j]! * w;
      dWeight[i * size + j] = s * (dMatrix[i * size + j]! + b * dOffset[j]!);
    }
    dShift[i] = s * ofOffset;
    dLogScale[i] = logFactor * s * (ofMatrix + b * ofOffset);
  }
  return { shift: dShift, logScale: dLogScale, factors: factorGradients(dWeight, parameters, values) };
}
