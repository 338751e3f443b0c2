import type { ModelSpec, Shape } from '@flowzoo/core';
import type { Padding } from '../network/padding.ts';
import { levelShapes } from './levels.ts';

/** Options of {@link glowSpec}. */
export interface GlowSpecOptions {
  /** `[height, width, channels]`; both sides multiples of 2ᴸ. */
  readonly event: Shape;
  /** L, the number of scales. Default: as many as the sides allow while 4 pixels a side are left, at most 3. */
  readonly levels?: number;
  /** K, the number of steps of each scale. Default: 8. */
  readonly steps?: number;
  /** Channels of the hidden layers of the couplings. Default: 64; the paper has 512. */
  readonly width?: number;
  /** Probability that a number of the networks' last hidden layer is dropped while training. Default: 0. */
  readonly dropout?: number;
  /** Default: `affine`. */
  readonly coupling?: 'affine' | 'additive';
  /** Scale of affine couplings; `sigmoid` is the paper's σ(r + 2). Default: `bounded-exp`. */
  readonly scale?: 'bounded-exp' | 'sigmoid';
  /** What surrounds the images in every convolution; `edge-channel` is the paper's. Default: `edge-channel`. */
  readonly padding?: Padding;
  /** Number of values K that a pixel takes: 256 for 8-bit data, 32 for 5-bit; null for continuous data. Default: 256. */
  readonly values?: number | null;
  /** Noise that makes the values continuous: uniform, or of a trained flow given the image. Default: `uniform`. */
  readonly dequantization?: 'uniform' | 'variational';
  /** Width of a context that conditions the top prior, the number of classes for one-hot labels. Default: 0. */
  readonly context?: number;
  /** Let the couplings see the context too. Default: false. */
  readonly conditionCouplings?: boolean;
  /** Compute activations again while training instead of keeping them. Default: false. */
  readonly recompute?: boolean;
  /** Default: 0. */
  readonly seed?: number;
  readonly name?: string;
  readonly description?: string;
}

/**
 * The spec of a Glow for images: dequantization, a shift to the centre, `glow`, and a standard normal base.
 *
 * Pixels 0 … K − 1 become (x + u)/K − ½, as in the paper, without a logit. Priors of all scales are learned.
 *
 * Kingma & Dhariwal 2018 (Glow).
 *
 * @throws E_SPEC_SHAPE when a scale cannot halve its sides
 * @example
 * const flow = registry.build<FlowModel>(glowSpec({ event: [28, 28, 1], levels: 2, steps: 8, width: 128 }));
 */
export function glowSpec(options: GlowSpecOptions): ModelSpec {
  const {
    event,
    coupling = 'affine',
    padding = 'edge-channel',
    values = 256,
    context = 0,
    recompute = false,
  } = options;
  const levels = options.levels ?? defaultLevels(event);
  levelShapes(event, { levels, place: 'event' });
  const conditioner = part({
    type: 'glow-network',
    hidden: options.width ?? 64,
    padding,
    dropout: options.dropout ?? 0,
    ...(options.conditionCouplings === true ? { context: true } : {}),
  });
  const transformer =
    coupling === 'additive'
      ? part({ type: 'additive' })
      : part({ type: 'affine', order: 'shift-scale', scale: options.scale ?? 'bounded-exp' });
  const glow = part({
    type: 'glow',
    levels,
    steps: options.steps ?? 8,
    conditioner,
    transformer,
    splitConditioner: {
      type: 'zero-convolution',
      padding,
    },
    topConditioner: {
      type: 'zero-convolution',
      padding,
      context: context > 0,
    },
    recompute,
  });
  return {
    format: 'flowzoo/model',
    version: 1,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.description === undefined ? {} : { description: options.description }),
    event,
    ...(context > 0 ? { context } : {}),
    seed: options.seed ?? 0,
    model: part({ type: 'flow', layers: [...preprocessing(values, options.dequantization ?? 'uniform'), glow] }),
  };
}

/**
 * The spec of the paper's model of CIFAR-10, without weights: 3 scales of 32 steps, width 512, affine couplings with
 * σ(r + 2), edge channels, learned split and top priors; 44 603 604 parameters.
 *
 * The number includes the 82 944 weights that the top prior of its authors' code has on an input of zeros. The 1×1
 * convolutions are PLU decompositions with as many parameters as the full matrices of the code's default.
 *
 * Kingma & Dhariwal 2018 (Glow).
 */
export function glowCifar10Spec(options: { readonly recompute?: boolean; readonly seed?: number } = {}): ModelSpec {
  const { recompute = false, seed = 0 } = options;
  const spec = glowSpec({
    event: [32, 32, 3],
    levels: 3,
    steps: 32,
    width: 512,
    scale: 'sigmoid',
    recompute,
    seed,
    name: 'glow-cifar10',
    description: "The architecture of the paper's CIFAR-10 model; no weights.",
  });
  const layers = (spec.model as Part & { readonly layers: readonly Part[] }).layers.map((layer) =>
    layer.type === 'glow'
      ? part({
          ...layer,
          topConditioner: { type: 'zero-convolution', padding: 'edge-channel', unusedInputs: 96 },
          priorScale: 'exp',
        })
      : layer,
  );
  return { ...spec, model: part({ ...spec.model, layers }) };
}

function preprocessing(values: number | null, dequantization: 'uniform' | 'variational'): Part[] {
  if (values === null) return [];
  return [
    part({ type: dequantization === 'uniform' ? 'dequantize' : 'variational-dequantize', levels: values }),
    part({ type: 'shift', per: 'scalar', value: 0.5, trainable: false }),
  ];
}

function defaultLevels(event: Shape): number {
  let levels = 1;
  let [height, width] = [(event[0] ?? 0) / 2, (event[1] ?? 0) / 2];
  while (levels < 3 && height % 2 === 0 && width % 2 === 0 && Math.min(height, width) >= 8) {
    levels++;
    [height, width] = [height / 2, width / 2];
  }
  return levels;
}

type Part = ModelSpec['model'];

/** A configuration with options that the type of a part does not know. */
function part(config: Part): Part {
  return config;
}
