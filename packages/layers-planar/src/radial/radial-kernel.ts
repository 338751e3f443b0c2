import { layerOrder, type StackRun, type StackSite, type StackSizes } from '../two-way/stack-on-arrays.ts';

/** Input `[batch, D]`, centers `[rows, K, D]`, α and γ `[rows, K]`. */
type RadialArrays = readonly [input: Float32Array, center: Float32Array, alpha: Float32Array, gamma: Float32Array];

/**
 * K radial layers over typed arrays, float64 inside, in either direction.
 *
 * The gradient walks back through the layers, undoing each; that of the way back is taken by the implicit function
 * theorem, whose Jacobian stretches by s across and by dR/dr along the radius.
 */
export function runRadialStack(
  [input, center, alpha, gamma]: RadialArrays,
  { batch, size, rows, layers }: StackSizes,
  site: StackSite,
): StackRun {
  const sign = site.solve ? -1 : 1;
  const order = layerOrder(layers, site);
  const output = new Float64Array(batch * (size + 1));
  output.set(input);
  // Radii on the side of the closed formula's argument.
  const radii = new Float64Array(batch * layers);
  for (let n = 0; n < batch; n++) {
    const start = n * size;
    let logDet = 0;
    for (const k of order) {
      const scalar = (rows === 1 ? 0 : n) * layers + k;
      const vector = scalar * size;
      const [a, g] = [alpha[scalar]!, gamma[scalar]!];
      let squared = 0;
      for (let i = 0; i < size; i++) squared += (output[start + i]! - center[vector + i]!) ** 2;
      const r = site.solve ? innerRadius(Math.sqrt(squared), a, g) : Math.sqrt(squared);
      radii[n * layers + k] = r;
      const stretch = (r + g) / (r + a);
      logDet += sign * ((size - 1) * Math.log(stretch) + Math.log(slopeAt(r, a, g)));
      const factor = site.solve ? 1 / stretch : stretch;
      for (let i = 0; i < size; i++) {
        output[start + i] = center[vector + i]! + factor * (output[start + i]! - center[vector + i]!);
      }
    }
    output[batch * size + n] = logDet;
  }

  const gradients = (upstream: Float32Array): Float64Array[] => {
    const toInput = new Float64Array(upstream.subarray(0, batch * size));
    const toCenter = new Float64Array(center.length);
    const [toAlpha, toGamma] = [new Float64Array(alpha.length), new Float64Array(alpha.length)];
    const value = new Float64Array(size);
    for (let n = 0; n < batch; n++) {
      const start = n * size;
      const toLogDet = sign * upstream[batch * size + n]!;
      value.set(output.subarray(start, start + size));
      for (let position = layers - 1; position >= 0; position--) {
        const k = order[position]!;
        const scalar = (rows === 1 ? 0 : n) * layers + k;
        const vector = scalar * size;
        const [a, g, r] = [alpha[scalar]!, gamma[scalar]!, radii[n * layers + k]!];
        const sum = r + a;
        const stretch = (r + g) / sum;
        const slope = slopeAt(r, a, g);
        const numerator = slope * sum * sum;
        // What the log-det says to r, α and γ.
        const stretchInRadius = (a - g) / (sum * sum);
        const perStretch = (toLogDet * (size - 1)) / stretch;
        const inRadius = perStretch * stretchInRadius + toLogDet * ((2 * sum) / numerator - 2 / sum);
        const inAlpha = (-perStretch * stretch) / sum + toLogDet * ((2 * r + g) / numerator - 2 / sum);
        const inGamma = perStretch / sum + (toLogDet * a) / numerator;

        // Offsets of the argument of the closed formula; `along` is the sensitivity along the radius.
        const toArgument = site.solve ? 1 : 1 / stretch;
        let along = 0;
        for (let i = 0; i < size; i++) {
          value[i] = toArgument * (value[i]! - center[vector + i]!);
          along += toInput[start + i]! * value[i]!;
        }
        const inverseRadius = r > 0 ? 1 / r : 0;
        const radial = site.solve
          ? // The argument is the result: its sensitivity, log-det included, goes through the inverse of the Jacobian.
            (along * inverseRadius + inRadius) / slope - (along * inverseRadius) / stretch
          : along * stretchInRadius + inRadius;
        const across = site.solve ? 1 / stretch : stretch;
        let alongResult = 0;
        for (let i = 0; i < size; i++) {
          const before = toInput[start + i]!;
          const after = across * before + radial * inverseRadius * value[i]!;
          toCenter[vector + i]! += before - after;
          toInput[start + i] = after;
          alongResult += after * value[i]!;
        }
        const perFactor = site.solve ? -alongResult : along;
        toAlpha[scalar]! += inAlpha - (perFactor * stretch) / sum;
        toGamma[scalar]! += inGamma + perFactor / sum;
        const back = site.solve ? stretch : 1;
        for (let i = 0; i < size; i++) value[i] = center[vector + i]! + back * value[i]!;
      }
    }
    return [toInput, toCenter, toAlpha, toGamma];
  };
  return { output, gradients };
}

/** dR/dr = (r² + 2αr + αγ) / (α + r)². */
function slopeAt(r: number, a: number, g: number): number {
  return (r * (r + 2 * a) + a * g) / (r + a) ** 2;
}

/** The positive root of r² + (γ − R) r − αR = 0, by the form of the formula that does not cancel. */
function innerRadius(outer: number, a: number, g: number): number {
  const b = g - outer;
  const root = Math.sqrt(b * b + 4 * a * outer);
  return b > 0 ? (2 * a * outer) / (b + root) : (root - b) / 2;
}
