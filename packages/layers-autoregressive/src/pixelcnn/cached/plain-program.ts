import type { MaskedTaps } from '../masked-convolution.ts';
import type { PointwiseTaps } from '../pointwise.ts';
import type { ResidualTaps } from '../residual-block.ts';
import type { ProgramOptions } from './gated-program.ts';
import { flat } from './layout.ts';
import { addOutput } from './output.ts';
import { ProgramBuilder, type Place, type SamplerProgram } from './program.ts';
import { startingSums } from './starting-sums.ts';

/** The numbers of a PixelCNN. */
export interface PlainNetwork {
  readonly first: MaskedTaps;
  readonly context: Float32Array | undefined;
  readonly blocks: readonly ResidualTaps[];
  readonly output: readonly [PointwiseTaps, PointwiseTaps];
}

/**
 * A PixelCNN that computes every feature once, keeping of each window's input the rows that it can still see. What a
 * window sees of the rows above is summed for whole rows, before the first position of a row.
 */
export function plainProgram(network: PlainNetwork, options: ProgramOptions): SamplerProgram {
  const { images } = options;
  const builder = new ProgramBuilder({ images });
  const { first, blocks } = network;
  const features = first.outputs;
  const h = builder.place({ images, size: features });
  const active = builder.place({ images, size: features });
  const input = addWindow(builder, { taps: first, context: network.context, target: () => h, options });
  for (const { down, window, up, context } of blocks) {
    const map = (
      { outputs, weight, bias }: PointwiseTaps,
      site: { source: Place; from?: Place; target: Place },
    ): void =>
      builder.position.product({
        ...site,
        addend: bias && builder.constant(bias),
        weights: weight,
        outputs: flat(outputs),
      });
    const inside = builder.place({ images, size: window.outputs });
    builder.position.relu(features, h, active);
    addWindow(builder, {
      taps: window,
      context,
      options,
      target: (own) => {
        map(down, { source: active, target: own });
        builder.position.relu(down.outputs, own, own);
        return inside;
      },
    });
    builder.position.relu(up.inputs, inside, inside);
    map(up, { source: inside, from: h, target: h });
  }
  return builder.finish({
    firstRow: 0,
    above: { place: input, shift: -1 },
    present: input,
    parameters: addOutput(builder, network.output, h),
  });
}

/** A masked window: its sums over the rows above in the row's instructions, the rest in the position's. */
function addWindow(
  builder: ProgramBuilder,
  site: {
    readonly taps: MaskedTaps;
    readonly context: Float32Array | undefined;
    readonly options: ProgramOptions;
    /** Fills in the window's input at the position, and says where the sums go. */
    readonly target: (input: Place) => Place;
  },
): Place {
  const { taps, context, options } = site;
  const { above, beside, inputs, bias, aboveWeight, rowWeight } = taps;
  const { images, width: columns } = options;
  const input = builder.place({ images, columns, size: inputs, rows: above + 1, left: beside, right: beside });
  const outputs = flat(taps.outputs);
  const window = { source: input, beside: -beside, outputs };
  let from = builder.constant(startingSums(bias, context, options), { perImage: true });
  if (aboveWeight !== undefined) {
    const sums = builder.place({ images, columns, size: taps.outputs });
    builder.row.product({ ...window, from, above: -above, runs: above, weights: aboveWeight, target: sums });
    from = sums;
  }
  const target = site.target(input);
  builder.position.product({ ...window, from, weights: rowWeight, target });
  return input;
}
