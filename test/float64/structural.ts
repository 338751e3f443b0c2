import { sizeOf, type Layer, type Site } from './layer.ts';
import type { Shape } from './weights.ts';

/** z[i] = x[source(i)], flat and row-major; the log-det is 0. */
function rearrangement(latentShape: Shape, source: (i: number) => number): Layer {
  const sources = Array.from({ length: sizeOf(latentShape) }, (_, i) => source(i));
  return {
    latentShape,
    inverse: (x) => ({ value: x.map((_, i) => x[sources[i]!]!), logDet: 0 }),
    forward(z) {
      const x = new Float64Array(z.length);
      sources.forEach((from, to) => (x[from] = z[to]!));
      return { value: x, logDet: 0 };
    },
  };
}

/** Along the axis z[i] = x[order[i]], the order as it is stored. */
function permutation({ axis }: { readonly axis: number }, { dataShape, weights }: Site): Layer {
  const place = axis < 0 ? axis + dataShape.length : axis;
  const length = dataShape[place]!;
  const stride = sizeOf(dataShape.slice(place + 1));
  const order = weights.get('order');
  return rearrangement(dataShape, (i) => {
    const index = Math.floor(i / stride) % length;
    return i + (order[index]! - index) * stride;
  });
}

/** Pixel (i, j) of a block and channel c become channel c·f² + i·f + j, or (i·f + j)·C + c when space-major. */
export function squeeze(
  { factor: f, order }: { readonly factor: number; readonly order: string },
  { dataShape }: Site,
): Layer {
  const [height, width, channels] = dataShape as readonly [number, number, number];
  const latentShape = [height / f, width / f, channels * f * f] as const;
  return rearrangement(latentShape, (index) => {
    const channel = index % latentShape[2];
    const column = Math.floor(index / latentShape[2]) % latentShape[1];
    const row = Math.floor(index / latentShape[2] / latentShape[1]);
    const c = order === 'channel-major' ? Math.floor(channel / (f * f)) : channel % channels;
    const pixel = order === 'channel-major' ? channel % (f * f) : Math.floor(channel / channels);
    const [i, j] = [Math.floor(pixel / f), pixel % f];
    return ((row * f + i) * width + column * f + j) * channels + c;
  });
}

/** Readers of the layers that only move elements. */
export const structuralLayers = {
  permutation,
  squeeze,
  flatten: (_: unknown, { dataShape }: Site) => rearrangement([sizeOf(dataShape)], (i) => i),
  reshape: ({ shape }: { readonly shape: Shape }) => rearrangement(shape, (i) => i),
};
