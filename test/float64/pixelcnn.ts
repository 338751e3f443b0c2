import { perChannel, pointwise, slide, type Grid, type Tap } from './convolution.ts';
import { linear } from './dense.ts';
import { readHead, type HeadConfig } from './heads.ts';
import type { Config } from './layer.ts';
import { sigmoid } from './scalar.ts';
import type { LevelsLogProb } from './signals.ts';
import type { Shape, Weights } from './weights.ts';

interface CommonConfig extends Config, HeadConfig {
  readonly features: number;
  readonly firstKernel: number;
  readonly kernel: number;
  readonly outputFeatures: number | null;
}

interface GatedConfig extends CommonConfig {
  readonly layers: number;
  readonly skip: 'none' | 'sum';
}

type PlainConfig = CommonConfig & { readonly blocks: number };

/** Where a network of images stands. */
interface ImageSite {
  readonly weights: Weights;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The channels of a pixel are in an order, and features belong to one of them each. */
  readonly groups: number;
}

type Network = (image: Float64Array, context?: Float64Array) => Float64Array;

/** Image models by their formulas (van den Oord et al. 2016): log P(x) = Σ log P(xᵢ | x₁ … xᵢ₋₁). */
export function readImageLogProb(config: Config, event: Shape, weights: Weights): LevelsLogProb {
  const [height, width, channels = 1] = event as readonly [number, number, number?];
  const common = config as CommonConfig;
  const head = readHead(common, channels);
  const groups = head.ties ? 1 : channels;
  const site = { weights, height, width, channels, groups };
  const inside =
    config.type === 'gated-pixelcnn' ? readGated(config as GatedConfig, site) : readPlain(config as PlainConfig, site);
  const gatedInputs =
    (config as GatedConfig).skip === 'sum' ? (common.outputFeatures ?? common.features) : common.features;
  const inputs = config.type === 'gated-pixelcnn' ? gatedInputs : 2 * common.features;
  const hidden = common.outputFeatures ?? common.features;
  const output = weights.under('output');
  const first = readPointwise(output.under('0'), { height, width, inputs, outputs: hidden }, groups);
  const second = readPointwise(
    output.under('1'),
    { height, width, inputs: hidden, outputs: head.parameterCount },
    groups,
  );
  return (levels, context) => {
    const features = inside(
      levels.map((level) => (2 * level) / (common.levels - 1) - 1),
      context,
    );
    const parameters = second(relu(first(relu(features))));
    let sum = 0;
    for (let pixel = 0; pixel < height * width; pixel++) {
      const own = parameters.subarray(pixel * head.parameterCount, (pixel + 1) * head.parameterCount);
      sum += head.logProb(levels.subarray(pixel * channels, (pixel + 1) * channels), [...own]);
    }
    return sum;
  };
}

/** Two stacks of y = tanh(a) σ(b): whole rows above, and what is to the left. */
function readGated(config: GatedConfig, site: ImageSite): Network {
  const { features, skip } = config;
  const { height, width, groups } = site;
  const hidden = config.outputFeatures ?? features;
  const square = { height, width, inputs: features, outputs: features };
  const layers = Array.from({ length: config.layers }, (_, i) => {
    const weights = site.weights.under(`layers.${i}`);
    const reach = ((i === 0 ? config.firstKernel : config.kernel) - 1) / 2;
    const grid = { ...square, inputs: i === 0 ? site.channels : features, outputs: 2 * features };
    const context = (name: string): Network => readContext(weights, `${name}Context.weight`, 2 * features);
    const both = { ...square, inputs: 2 * features, outputs: 2 * features };
    // A vertical position sees its own row too: it is passed on one row further down.
    const above = weights.has('vertical.weight') && {
      taps: rectangle(weights.get('vertical.weight'), [-reach, 0], reach, grid),
      bias: weights.get('vertical.bias'),
      link: weights.get('link.weight'),
      context: context('vertical'),
    };
    return {
      above,
      grid,
      both,
      horizontal: readMasked(
        weights.under('horizontal'),
        { above: 0, beside: reach, hidesOwn: i === 0, halves: 2 },
        grid,
        groups,
      ),
      context: context('horizontal'),
      residual: weights.has('residual.weight') && readPointwise(weights.under('residual'), square, groups),
      skip: skip === 'sum' && readPointwise(weights.under('skip'), { ...square, outputs: hidden }, groups),
    };
  });
  return (image, given) => {
    let [vertical, horizontal] = [image, image];
    let skips = new Float64Array(height * width * hidden);
    for (const [i, layer] of layers.entries()) {
      let across = layer.context(layer.horizontal(horizontal), given);
      if (layer.above) {
        const { taps, bias, link, context } = layer.above;
        const rows = context(
          perChannel(slide(vertical, taps, layer.grid), (v, c) => v + bias[c]!, 2 * features),
          given,
        );
        const passed = pointwise(rows, link, layer.both);
        const row = width * 2 * features;
        across = across.map((value, j) => (j < row ? value : value + passed[j - row]!));
        vertical = gate(rows, features);
      }
      const gated = gate(across, features);
      if (layer.skip) skips = Float64Array.from(layer.skip(gated), (value, j) => value + skips[j]!);
      const out = layer.residual ? layer.residual(gated) : gated;
      const before = horizontal;
      // The first layer must not hand the image itself on.
      horizontal = i === 0 || !layer.residual ? out : out.map((value, j) => value + before[j]!);
    }
    return skip === 'sum' ? skips : horizontal;
  };
}

/** A masked window, then blocks h + up(relu(window(relu(down(relu(h)))))). */
function readPlain({ features, blocks, firstKernel, kernel }: PlainConfig, site: ImageSite): Network {
  const { weights, height, width, groups } = site;
  const grid = { height, width, inputs: site.channels, outputs: 2 * features };
  const window = (side: number, hidesOwn: boolean): Window => {
    return { above: (side - 1) / 2, beside: (side - 1) / 2, hidesOwn, halves: 1 };
  };
  const first = readMasked(weights.under('first'), window(firstKernel, true), grid, groups);
  const context = readContext(weights, 'context.weight', 2 * features);
  const steps = Array.from({ length: blocks }, (_, i) => {
    const own = weights.under(`blocks.${i}`);
    const inner = { ...grid, inputs: features, outputs: features };
    const down = readPointwise(own.under('down'), { ...inner, inputs: 2 * features }, groups);
    const seen = readMasked(own.under('window'), window(kernel, false), inner, groups);
    const up = readPointwise(own.under('up'), { ...inner, outputs: 2 * features }, groups);
    const added = readContext(own, 'context.weight', features);
    return (h: Float64Array, given?: Float64Array): Float64Array => {
      const change = up(relu(added(seen(relu(down(relu(h)))), given)));
      return h.map((value, j) => value + change[j]!);
    };
  });
  return (image, given) => steps.reduce((h, step) => step(h, given), context(first(image), given));
}

/** The part of a window that may be seen: rows above, and the own row to the left. */
interface Window {
  readonly above: number;
  readonly beside: number;
  /** Type A: neither the position itself nor, of its channels, the own one. */
  readonly hidesOwn: boolean;
  /** The outputs are so many lists, each in groups of its own. */
  readonly halves: number;
}

function readMasked(
  weights: Weights,
  { above, beside, hidesOwn, halves }: Window,
  grid: Grid,
  groups: number,
): Network {
  const { inputs, outputs } = grid;
  const row = weights.get('row');
  const bias = weights.get('bias');
  const taps = above > 0 ? rectangle(weights.get('above'), [-above, -1], beside, grid) : [];
  for (let c = 0; c < row.length / (inputs * outputs); c++) {
    const weight = row.slice(c * inputs * outputs, (c + 1) * inputs * outputs);
    taps.push({
      down: 0,
      right: c - beside,
      weight: c < beside ? weight : grouped(weight, grid, { groups, halves, hidesOwn }),
    });
  }
  const own = hidesOwn && groups === 1 ? 0 : 1;
  if (row.length !== (beside + own) * inputs * outputs) throw new Error('a row that sees too much or too little');
  return (image) => perChannel(slide(image, taps, grid), (value, c) => value + bias[c]!, outputs);
}

/** All taps of the rows from … to, so many columns to either side; `[rows, columns, inputs, outputs]`. */
function rectangle(weight: Float64Array, [from, to]: readonly [number, number], beside: number, grid: Grid): Tap[] {
  const [columns, size] = [2 * beside + 1, grid.inputs * grid.outputs];
  if (weight.length !== (to - from + 1) * columns * size) throw new Error('a window of another size');
  return Array.from({ length: (to - from + 1) * columns }, (_, tap) => ({
    down: from + Math.floor(tap / columns),
    right: (tap % columns) - beside,
    weight: weight.subarray(tap * size, (tap + 1) * size),
  }));
}

/** Zeros where an output of a channel's group would see a later channel, or with `hidesOwn` its own. */
function grouped(
  weight: Float64Array,
  { inputs, outputs }: Grid,
  { groups, halves, hidesOwn }: { readonly groups: number; readonly halves: number; readonly hidesOwn: boolean },
): Float64Array {
  const half = outputs / halves;
  return weight.map((value, index) => {
    const from = Math.floor((Math.floor(index / outputs) * groups) / inputs);
    const to = Math.floor((((index % outputs) % half) * groups) / half);
    return from < to || (from === to && !hidesOwn) ? value : 0;
  });
}

function readPointwise(weights: Weights, grid: Grid, groups: number): (image: Float64Array) => Float64Array {
  const bias = weights.get('bias');
  const masked = { groups, halves: 1, hidesOwn: false };
  const weight = groups === 1 ? weights.get('weight') : grouped(weights.get('weight'), grid, masked);
  return (image) => perChannel(pointwise(image, weight, grid), (value, c) => value + bias[c]!, grid.outputs);
}

function readContext(weights: Weights, name: string, channels: number): Network {
  if (!weights.has(name)) return (image) => image;
  const map = linear(weights.get(name));
  return (image, given) => {
    const offset = map(given!);
    return perChannel(image, (value, c) => value + offset[c]!, channels);
  };
}

/** tanh of the first half of each pixel's numbers times σ of the second. */
function gate(image: Float64Array, features: number): Float64Array {
  return Float64Array.from({ length: image.length / 2 }, (_, j) => {
    const at = Math.floor(j / features) * 2 * features + (j % features);
    return Math.tanh(image[at]!) * sigmoid(image[at + features]!);
  });
}

function relu(image: Float64Array): Float64Array {
  return image.map((value) => Math.max(value, 0));
}
