import type { ImageModel } from '../src/pixelcnn/index.ts';

/*
 * The log-probability of one image, written a second time from the definition: float64, sums over taps at single
 * positions, windows given as lists of offsets. It shares nothing with the package but the names of the variables.
 */

type Vector = number[];
/** Features per position, [row][column]. */
type Map64 = Vector[][];
type Offset = readonly [row: number, column: number];

class Reader {
  readonly #model: ImageModel;

  constructor(model: ImageModel) {
    this.#model = model;
  }

  has(name: string): boolean {
    return this.#model.variables.has(name);
  }

  /** Element `index` of a variable. */
  at(name: string, ...index: number[]): number {
    const variable = this.#model.variables.get(name)!;
    const flat = index.reduce((sum, i, axis) => sum * variable.shape[axis]! + i, 0);
    return variable.dataSync()[flat]!;
  }

  /** x·W + b, with outputs that may see only input groups up to their own. */
  dense(name: string, x: Vector, groups = 1): Vector {
    const [inputs, outputs] = this.#model.variables.get(`${name}.weight`)!.shape as [number, number];
    return Array.from({ length: outputs }, (_, o) => {
      let sum = this.has(`${name}.bias`) ? this.at(`${name}.bias`, o) : 0;
      for (let i = 0; i < inputs; i++) {
        if (groupOf(i, inputs, groups) <= groupOf(o, outputs, groups)) sum += x[i]! * this.at(`${name}.weight`, i, o);
      }
      return sum;
    });
  }

  outputs(name: string): number {
    return this.#model.variables.get(name)!.shape.at(-1)!;
  }
}

const groupOf = (index: number, count: number, groups: number): number => Math.floor((index * groups) / count);
const relu = (x: Vector): Vector => x.map((value) => Math.max(value, 0));
const add = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]!);
const gate = (x: Vector): Vector => {
  const half = x.length / 2;
  return Array.from({ length: half }, (_, i) => Math.tanh(x[i]!) / (1 + Math.exp(-x[i + half]!)));
};

/** Sum over offsets of W(offset)ᵀ·x(position + offset), positions outside being zero. */
function window(
  map: Map64,
  at: Offset,
  taps: readonly { offset: Offset; weight: (i: number, o: number) => number }[],
  outputs: number,
): Vector {
  const sum: Vector = Array.from({ length: outputs }, () => 0);
  for (const { offset, weight } of taps) {
    const x = map[at[0] + offset[0]]?.[at[1] + offset[1]];
    if (x === undefined) continue;
    for (let o = 0; o < outputs; o++) for (let i = 0; i < x.length; i++) sum[o]! += x[i]! * weight(i, o);
  }
  return sum;
}

function mapOf(map: Map64, compute: (at: Offset) => Vector): Map64 {
  return map.map((columns, row) => columns.map((_, column) => compute([row, column])));
}

interface Masked {
  readonly above: number;
  readonly beside: number;
  readonly type: 'A' | 'B';
  readonly groups: number;
  readonly halves: number;
}

/** A masked convolution at one position: rows above, then its own row from the left. */
function masked(reader: Reader, name: string, map: Map64, at: Offset, options: Masked): Vector {
  const { above, beside, type, groups, halves } = options;
  const outputs = reader.outputs(`${name}.row`);
  const inputs = map[0]![0]!.length;
  const taps: { offset: Offset; weight: (i: number, o: number) => number }[] = [];
  for (let r = 0; r < above; r++) {
    for (let c = 0; c <= 2 * beside; c++) {
      taps.push({ offset: [r - above, c - beside], weight: (i, o) => reader.at(`${name}.above`, r, c, i, o) });
    }
  }
  for (let c = 0; c < beside; c++) {
    taps.push({ offset: [0, c - beside], weight: (i, o) => reader.at(`${name}.row`, 0, c, i, o) });
  }
  if (type === 'B' || groups > 1) {
    taps.push({
      offset: [0, 0],
      weight(i, o) {
        const [from, to] = [groupOf(i, inputs, groups), groupOf(o % (outputs / halves), outputs / halves, groups)];
        return (type === 'A' ? from < to : from <= to) ? reader.at(`${name}.row`, 0, beside, i, o) : 0;
      },
    });
  }
  const sum = window(map, at, taps, outputs);
  return sum.map((value, o) => value + reader.at(`${name}.bias`, o));
}

/** Head parameters of a gated PixelCNN. */
export function gatedParameters64(
  model: ImageModel,
  image: Map64,
  options: { kernels: readonly number[]; groups: number; skip: boolean; context?: Vector },
): Map64 {
  const reader = new Reader(model);
  const { kernels, groups, context } = options;
  let vertical = image;
  let horizontal = image;
  let skips: Map64 | null = null;
  kernels.forEach((kernel, l) => {
    const name = `layers.${l}`;
    const reach = (kernel - 1) / 2;
    const biased = (x: Vector, map: string): Vector => (context ? add(x, reader.dense(`${name}.${map}`, context)) : x);
    const outputs = reader.outputs(`${name}.horizontal.row`);
    const down = mapOf(image, (at) => {
      const taps: { offset: Offset; weight: (i: number, o: number) => number }[] = [];
      for (let r = 0; r <= reach; r++) {
        for (let c = 0; c <= 2 * reach; c++) {
          const weight = (i: number, o: number): number => reader.at(`${name}.vertical.weight`, r, c, i, o);
          taps.push({ offset: [r - reach, c - reach], weight });
        }
      }
      const sum = window(vertical, at, taps, outputs).map((v, o) => v + reader.at(`${name}.vertical.bias`, o));
      return biased(sum, 'verticalContext');
    });
    const gated = mapOf(image, (at) => {
      const type = l === 0 ? 'A' : 'B';
      const own = masked(reader, `${name}.horizontal`, horizontal, at, {
        above: 0,
        beside: reach,
        type,
        groups,
        halves: 2,
      });
      const above = down[at[0] - 1]?.[at[1]];
      const sum = above === undefined ? own : add(own, reader.dense(`${name}.link`, above));
      return gate(biased(sum, 'horizontalContext'));
    });
    if (options.skip) {
      const before: Map64 | null = skips;
      skips = mapOf(gated, ([r, c]) => {
        const own = reader.dense(`${name}.skip`, gated[r]![c]!, groups);
        return before === null ? own : add(own, before[r]![c]!);
      });
    }
    if (reader.has(`${name}.residual.weight`)) {
      const before = horizontal;
      horizontal = mapOf(gated, ([r, c]) => {
        const out = reader.dense(`${name}.residual`, gated[r]![c]!, groups);
        return l === 0 ? out : add(out, before[r]![c]!);
      });
    }
    vertical = down.map((columns) => columns.map(gate));
  });
  return outputLayers(reader, skips ?? horizontal, groups);
}

/** Head parameters of a plain PixelCNN. */
export function plainParameters64(
  model: ImageModel,
  image: Map64,
  options: { kernels: readonly number[]; groups: number; context?: Vector },
): Map64 {
  const reader = new Reader(model);
  const { kernels, groups, context } = options;
  const shape = (kernel: number, type: 'A' | 'B'): Masked => {
    const reach = (kernel - 1) / 2;
    return { above: reach, beside: reach, type, groups, halves: 1 };
  };
  const biased = (x: Vector, name: string): Vector => (context ? add(x, reader.dense(name, context)) : x);
  let h = mapOf(image, (at) => biased(masked(reader, 'first', image, at, shape(kernels[0]!, 'A')), 'context'));
  kernels.slice(1).forEach((kernel, b) => {
    const name = `blocks.${b}`;
    const narrow = mapOf(h, ([r, c]) => relu(reader.dense(`${name}.down`, relu(h[r]![c]!), groups)));
    const before = h;
    h = mapOf(h, (at) => {
      const seen = biased(masked(reader, `${name}.window`, narrow, at, shape(kernel, 'B')), `${name}.context`);
      return add(before[at[0]]![at[1]]!, reader.dense(`${name}.up`, relu(seen), groups));
    });
  });
  return outputLayers(reader, h, groups);
}

function outputLayers(reader: Reader, map: Map64, groups: number): Map64 {
  return mapOf(map, ([r, c]) => {
    const hidden = reader.dense('output.0', relu(map[r]![c]!), groups);
    return reader.dense('output.1', relu(hidden), groups);
  });
}

/** log P of one image under categorical heads of K logits per channel. */
export function categoricalLogProb64(parameters: Map64, levels: Map64, K: number): number {
  let total = 0;
  parameters.forEach((columns, r) =>
    columns.forEach((logits, c) =>
      levels[r]![c]!.forEach((level, channel) => {
        const own = logits.slice(channel * K, (channel + 1) * K);
        const top = Math.max(...own);
        total += own[level]! - top - Math.log(own.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
      }),
    ),
  );
  return total;
}
