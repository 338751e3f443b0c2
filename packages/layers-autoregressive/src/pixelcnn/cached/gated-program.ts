import type { GatedTaps } from '../gated-layer.ts';
import type { PointwiseTaps } from '../pointwise.ts';
import { flat, halves, spread } from './layout.ts';
import { addOutput } from './output.ts';
import { ProgramBuilder, type Place, type SamplerProgram } from './program.ts';
import { startingSums } from './starting-sums.ts';

/** The numbers of a gated PixelCNN. */
export interface GatedNetwork {
  readonly layers: readonly GatedTaps[];
  readonly output: readonly [PointwiseTaps, PointwiseTaps];
}

/** How many images are drawn together, how wide they are, and their contexts `[images, contextSize]`. */
export interface ProgramOptions {
  readonly images: number;
  readonly width: number;
  readonly context: Float32Array | undefined;
}

/**
 * A gated PixelCNN that computes every feature once: the vertical stack row by row, as soon as a row is complete, the
 * horizontal stack position by position. Kept are the last rows of each vertical layer, one row of each horizontal one,
 * and what the links say about the present row.
 *
 * Per image it costs what one pass over the image costs, where full passes take one for every element.
 *
 * Ramachandran et al. 2017, "Fast Generation for Convolutional Autoregressive Models".
 */
export function gatedProgram({ layers, output }: GatedNetwork, options: ProgramOptions): SamplerProgram {
  const { images, width: columns } = options;
  const builder = new ProgramBuilder({ images });
  const sides = layers.map(({ vertical, horizontal }) => ({
    vertical:
      vertical &&
      builder.place({
        images,
        columns,
        size: vertical.inputs,
        rows: vertical.reach + 1,
        left: vertical.reach,
        right: vertical.reach,
      }),
    horizontal: builder.place({ images, columns, size: horizontal.inputs, left: horizontal.beside }),
  }));
  const first = layers[0]!;
  const features = first.horizontal.outputs / 2;
  const gates = halves(2 * features);
  const [sums, rowSums] = [1, columns].map((length) =>
    builder.place({ images, columns: length, size: gates.size }),
  ) as [Place, Place];
  const gated = builder.place({ images, size: features });
  const last = builder.place({ images, size: features });
  const skips = first.skip && builder.place({ images, size: first.skip.outputs });
  layers.forEach((layer, l) => {
    const { horizontal, residual, skip } = layer;
    const own = sides[l]!;
    const next = sides[l + 1];
    const starts = (bias: Float32Array, map: Float32Array | undefined): Place =>
      builder.constant(spread(startingSums(bias, map, options), gates), { perImage: true });
    const links = addRow(builder, { layer, own: own.vertical, next: next?.vertical, sums: rowSums, columns, starts });
    builder.position.product({
      from: starts(horizontal.bias, layer.horizontalContext),
      addend: links,
      source: own.horizontal,
      beside: -horizontal.beside,
      weights: horizontal.rowWeight,
      outputs: gates,
      target: sums,
    });
    builder.position.gate(features, sums, gated);
    const map = ({ weight, bias, outputs }: PointwiseTaps, from: Place | undefined, target: Place): void =>
      builder.position.product({
        from,
        addend: bias && builder.constant(bias),
        source: gated,
        weights: weight,
        outputs: flat(outputs),
        target,
      });
    // A position may be computed once per channel: the sum of the skip connections begins anew.
    if (skip !== undefined) map(skip, l === 0 ? undefined : skips, skips!);
    const target = next?.horizontal ?? last;
    if (residual !== undefined) map(residual, layer.isResidual ? own.horizontal : undefined, target);
  });
  const above = sides[0]!.vertical;
  return builder.finish({
    // Rows of the vertical stack are known by the row below them, which is the one that reads them.
    firstRow: 1,
    above: above && { place: above, shift: 0 },
    present: sides[0]!.horizontal,
    parameters: addOutput(builder, output, skips ?? last),
  });
}

/** One layer of the vertical stack: what its links say about each position of the row below, if there are rows at all. */
function addRow(
  builder: ProgramBuilder,
  site: {
    readonly layer: GatedTaps;
    readonly own: Place | undefined;
    readonly next: Place | undefined;
    readonly sums: Place;
    readonly columns: number;
    readonly starts: (bias: Float32Array, map: Float32Array | undefined) => Place;
  },
): Place | undefined {
  const { layer, own, next, sums, columns, starts } = site;
  const { vertical, link } = layer;
  if (vertical === undefined || link === undefined || own === undefined) return undefined;
  const { reach, outputs, bias, weight } = vertical;
  const gates = halves(outputs);
  const links = builder.place({ images: builder.images, columns, size: gates.size });
  builder.row.product({
    from: starts(bias, layer.verticalContext),
    source: own,
    above: -reach,
    beside: -reach,
    runs: reach + 1,
    weights: weight,
    outputs: gates,
    target: sums,
  });
  builder.row.product({ source: sums, inputs: gates, weights: link.weight, outputs: gates, target: links });
  if (next !== undefined) builder.row.gate(outputs / 2, sums, next);
  return links;
}
