import type { PointwiseTaps } from '../pointwise.ts';
import { addProduct, writeRelu } from './products.ts';

/** output = W·input + b, or += where `adds`, for one position of one image. */
export function applyPointwise(
  { inputs, outputs, weight, bias }: PointwiseTaps,
  site: {
    readonly input: Float32Array;
    readonly inputAt: number;
    readonly output: Float32Array;
    readonly outputAt: number;
    readonly adds?: boolean;
  },
): void {
  const { input, inputAt, output, outputAt } = site;
  if (site.adds !== true) output.fill(0, outputAt, outputAt + outputs);
  if (bias !== undefined) for (let o = 0; o < outputs; o++) output[outputAt + o]! += bias[o]!;
  addProduct(output, outputAt, outputs, input, inputAt, inputs, weight, 0);
}

/** The output layers of a sampler: relu, 1×1, relu, 1×1 for every image at one position. */
export class CachedOutput {
  readonly #maps: readonly [PointwiseTaps, PointwiseTaps];
  readonly #count: number;
  readonly #features: Float32Array;
  readonly #hidden: Float32Array;
  readonly #parameters: Float32Array;

  constructor(maps: readonly [PointwiseTaps, PointwiseTaps], count: number) {
    this.#maps = maps;
    this.#count = count;
    this.#features = new Float32Array(maps[0].inputs);
    this.#hidden = new Float32Array(maps[0].outputs);
    this.#parameters = new Float32Array(count * maps[1].outputs);
  }

  /** `[count, inputs]` → `[count, outputs]`; the result is overwritten by the next call. */
  apply(features: Float32Array): Float32Array {
    const [first, second] = this.#maps;
    for (let image = 0; image < this.#count; image++) {
      writeRelu(this.#features, 0, first.inputs, features, image * first.inputs);
      applyPointwise(first, { input: this.#features, inputAt: 0, output: this.#hidden, outputAt: 0 });
      writeRelu(this.#hidden, 0, first.outputs, this.#hidden, 0);
      const outputAt = image * second.outputs;
      applyPointwise(second, { input: this.#hidden, inputAt: 0, output: this.#parameters, outputAt });
    }
    return this.#parameters;
  }
}
