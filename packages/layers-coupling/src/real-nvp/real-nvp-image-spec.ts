import { FlowzooError, formatShape, type ModelSpec, type Shape } from '@flowzoo/core';

/** Options of {@link realNvpImageSpec}. */
export interface RealNvpImageOptions {
  /** `[height, width, channels]`. */
  readonly event: Shape;
  /** Number of scales, L. Each but the last halves both sides. Default: as many as leave a side of 4 or more, at least 1. */
  readonly scales?: number;
  /** Channels of the conditioners at the finest scale; doubled at each next one. Default: 32. */
  readonly hidden?: number;
  /** Residual blocks of the conditioners. Default: 2. */
  readonly blocks?: number;
  /** Values that a pixel takes; null for continuous data on the whole line, which then get no logit. Default: 256. */
  readonly levels?: number | null;
  /** α of the logit that follows. Default: 0.05. */
  readonly alpha?: number;
  /** Batch normalization after every coupling, as in the paper. Default: true. */
  readonly batchNormalization?: boolean;
  /** Seed of the initial weights. Default: 0. */
  readonly seed?: number;
}

/**
 * The spec of Real NVP for images, scale by scale as its paper has it.
 *
 * Each scale but the last: three couplings with alternating checkerboards, a squeeze, three couplings with alternating
 * channel masks; then half of the channels leave. The last scale: four couplings with alternating checkerboards. The
 * conditioners are residual convolutional networks with weight normalization and skip connections, the scale is
 * exp(a·tanh(r)) with a learned. Data are dequantized and taken through a logit first.
 *
 * It differs from the released code in three ways: a starts at 1 behind a last convolution of zeros instead of at 0
 * behind a random one, batch normalization stands between couplings only and not inside the conditioners, and its
 * statistics in training are those of the batch instead of moving averages.
 *
 * Dinh et al. 2017 (Real NVP), sections 3.6, 3.7 and 4.1.
 *
 * @throws E_SPEC_SHAPE when a scale cannot halve its sides
 * @example
 * const flow = registry.build<FlowModel>(realNvpImageSpec({ event: [8, 8, 1], levels: 17, hidden: 16 }));
 */
export function realNvpImageSpec(options: RealNvpImageOptions): ModelSpec {
  const { event, hidden = 32, levels = 256, alpha = 0.05, seed = 0 } = options;
  const scales = options.scales ?? defaultScales(event);
  assertHalves(event, scales);
  const preprocessing: ModelSpec['model'][] =
    levels === null ? [] : [part({ type: 'dequantize', levels }), part({ type: 'logit', alpha })];
  const list = Array.from({ length: scales }, (_, scale) => ({
    layers: scaleLayers({ ...options, hidden: hidden * 2 ** scale, last: scale === scales - 1 }),
  }));
  return {
    format: 'flowzoo/model',
    version: 1,
    event,
    seed,
    model: part({ type: 'flow', layers: [...preprocessing, part({ type: 'multi-scale', levels: list })] }),
  };
}

interface ScaleOptions extends RealNvpImageOptions {
  readonly hidden: number;
  readonly last: boolean;
}

function scaleLayers({ hidden, blocks = 2, batchNormalization = true, last }: ScaleOptions): ModelSpec['model'][] {
  const couplings = (mask: 'checkerboard' | 'channel', parities: readonly number[]): ModelSpec['model'][] =>
    parities.flatMap((parity) => {
      // Channel couplings come behind a squeeze: twice as many maps there, as in the paper.
      const width = mask === 'channel' ? 2 * hidden : hidden;
      const coupling = part({
        type: 'affine-coupling',
        mask,
        parity,
        scale: 'tanh-learned',
        conditioner: { type: 'convnet', hidden: width, blocks, skip: 'sum' },
      });
      return batchNormalization ? [coupling, part({ type: 'batch-normalization' })] : [coupling];
    });
  if (last) return couplings('checkerboard', [0, 1, 0, 1]);
  return [...couplings('checkerboard', [0, 1, 0]), part({ type: 'squeeze' }), ...couplings('channel', [0, 1, 0])];
}

function defaultScales(event: Shape): number {
  let scales = 1;
  let [height, width] = [event[0] ?? 1, event[1] ?? 1];
  while (height % 2 === 0 && width % 2 === 0 && Math.min(height, width) >= 8) {
    scales++;
    [height, width] = [height / 2, width / 2];
  }
  return scales;
}

function assertHalves(event: Shape, scales: number): void {
  if (event.length !== 3) {
    throw new FlowzooError('E_SPEC_SHAPE', 'an example of this architecture is an image', {
      at: 'event',
      expected: '[height, width, channels]',
      found: formatShape(event),
      remedy: 'Flat data take couplings on vectors, { "mask": "alternating" }; grey images have one channel',
    });
  }
  const unit = 2 ** (scales - 1);
  if (event[0]! % unit === 0 && event[1]! % unit === 0) return;
  throw new FlowzooError('E_SPEC_SHAPE', 'the images do not divide into the scales', {
    at: 'event',
    expected: `sides divisible by ${unit} for ${scales} scales`,
    found: formatShape(event),
    remedy: 'Set "scales" to a smaller number',
  });
}

/** A configuration with options that the type of a part does not know. */
function part(config: ModelSpec['model']): ModelSpec['model'] {
  return config;
}
