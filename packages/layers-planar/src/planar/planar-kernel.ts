import { layerOrder, type StackRun, type StackSite, type StackSizes } from '../two-way/stack-on-arrays.ts';
import type { ScalarActivation } from './scalar-activation.ts';

/** Input `[batch, D]`, w and û `[rows, K, D]`, b and edge `[rows, K]`. */
type PlanarArrays = readonly [
  input: Float32Array,
  w: Float32Array,
  direction: Float32Array,
  b: Float32Array,
  edge: Float32Array,
];

/**
 * K planar layers over typed arrays, float64 inside, in either direction.
 *
 * Only the pre-activations are kept for the gradient: it walks back through the layers, undoing each, and differentiates a
 * solved one as an implicit function of a = t + c h(t).
 */
export function runPlanarStack(
  [input, w, direction, b, edge]: PlanarArrays,
  { batch, size, rows, layers }: StackSizes,
  { site, activation }: { readonly site: StackSite; readonly activation: ScalarActivation },
): StackRun {
  const sign = site.solve ? -1 : 1;
  const order = layerOrder(layers, site);
  const output = new Float64Array(batch * (size + 1));
  output.set(input);
  const points = new Float64Array(batch * layers);
  for (let n = 0; n < batch; n++) {
    const start = n * size;
    let logDet = 0;
    for (const k of order) {
      const scalar = (rows === 1 ? 0 : n) * layers + k;
      const vector = scalar * size;
      let a = b[scalar]!;
      for (let i = 0; i < size; i++) a += w[vector + i]! * output[start + i]!;
      const t = site.solve ? activation.solve(a, edge[scalar]!) : a;
      activation.at(t);
      points[n * layers + k] = t;
      logDet += sign * Math.log(activation.rest + activation.share * edge[scalar]!);
      const step = sign * activation.value;
      for (let i = 0; i < size; i++) output[start + i]! += step * direction[vector + i]!;
    }
    output[batch * size + n] = logDet;
  }

  const gradients = (upstream: Float32Array): Float64Array[] => {
    const toInput = new Float64Array(upstream.subarray(0, batch * size));
    const [toW, toDirection] = [new Float64Array(w.length), new Float64Array(w.length)];
    const [toB, toEdge] = [new Float64Array(b.length), new Float64Array(b.length)];
    const x = new Float64Array(size);
    for (let n = 0; n < batch; n++) {
      const start = n * size;
      const toLogDet = sign * upstream[batch * size + n]!;
      x.set(output.subarray(start, start + size));
      for (let position = layers - 1; position >= 0; position--) {
        const k = order[position]!;
        const scalar = (rows === 1 ? 0 : n) * layers + k;
        const vector = scalar * size;
        activation.at(points[n * layers + k]!);
        const { value, share, rest, bend, supremum } = activation;
        const slope = rest + share * edge[scalar]!;
        const step = sign * value;
        let along = 0;
        for (let i = 0; i < size; i++) {
          const toValue = toInput[start + i]!;
          along += toValue * direction[vector + i]!;
          toDirection[vector + i]! += toValue * step;
          x[i]! -= step * direction[vector + i]!;
        }
        // To the point at which h was taken, and from a solved point to its right-hand side.
        const toPoint = (toLogDet * bend * (edge[scalar]! - 1)) / slope + sign * along * share * supremum;
        const toPre = site.solve ? toPoint / slope : toPoint;
        toEdge[scalar]! += (toLogDet * share) / slope - (site.solve ? (toPre * value) / supremum : 0);
        toB[scalar]! += toPre;
        for (let i = 0; i < size; i++) {
          toW[vector + i]! += toPre * x[i]!;
          toInput[start + i]! += toPre * w[vector + i]!;
        }
      }
    }
    return [toInput, toW, toDirection, toB, toEdge];
  };
  return { output, gradients };
}
