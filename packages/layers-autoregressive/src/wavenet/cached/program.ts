import type { PointwiseTaps } from '../../pixelcnn/pointwise.ts';
import type { WaveNetLayerTaps } from '../wavenet-layer.ts';
import type { WaveNetTaps } from '../wavenet-network.ts';
import { inFours, packPanels, padMap, padRow, placeTaps, splitOutputs } from './panels.ts';
import * as word from './words.ts';

/** What a {@link RingProgram} is written for. */
export interface RingProgramOptions {
  /** Signals side by side. */
  readonly count: number;
  /** True when a level is drawn from as many logits as there are outputs. */
  readonly categorical: boolean;
}

/**
 * A WaveNet as the numbers that a ring kernel runs on: places and widths (`words`, see words.ts) and one array of floats
 * with weights, biases, rings and rows. The TypeScript kernel and the WebAssembly kernel run the same program.
 */
export class RingProgram {
  readonly words: Int32Array;
  /** Floats that the program takes. */
  readonly size: number;
  readonly #constants: { readonly at: number; readonly values: Float32Array }[] = [];
  #end = 0;

  constructor(taps: WaveNetTaps, { count, categorical }: RingProgramOptions) {
    const [first, second] = taps.output;
    const features = inFours(taps.input.outputs);
    const skips = inFours(first.inputs);
    const hidden = inFours(first.outputs);
    const outputs = inFours(second.outputs);
    const { kernel } = taps.layers[0]!.convolution;
    const { global, local } = taps.sizes;
    const widths = { global: inFours(global), local: inFours(local?.features ?? 0) };
    const words = (this.words = new Int32Array(word.HEADER + word.LAYER_WORDS * taps.layers.length));
    words[word.COUNT] = count;
    words[word.FEATURES] = features;
    words[word.KERNEL] = kernel;
    words[word.SKIPS] = skips;
    words[word.HIDDEN] = hidden;
    words[word.OUTPUTS] = outputs;
    words[word.LEVELS] = second.outputs;
    words[word.LAYERS] = taps.layers.length;
    words[word.CHANNELS] = taps.input.inputs;
    words[word.GLOBAL_WIDTH] = widths.global;
    words[word.LOCAL_WIDTH] = widths.local;
    words[word.INPUT_WEIGHT] = this.#constant(padMap(taps.input, [taps.input.inputs, features]));
    words[word.INPUT_BIAS] = this.#bias(taps.input, features);
    words[word.SKIP_BIAS] = this.#constant(skipBias(taps.layers, { skips: first.inputs, width: skips }));
    words[word.FIRST_WEIGHT] = this.#panels(first);
    words[word.FIRST_BIAS] = this.#bias(first, hidden);
    words[word.SECOND_WEIGHT] = this.#panels(second);
    // Levels that do not exist must not be drawn.
    words[word.SECOND_BIAS] = this.#bias(second, outputs, categorical ? -Infinity : 0);
    words[word.PREVIOUS] = this.#reserve(count);
    words[word.RESIDUAL] = this.#reserve(count * features);
    words[word.SKIP_SUMS] = this.#reserve(count * skips);
    words[word.WINDOW] = this.#reserve(count * kernel * features);
    words[word.SUMS] = this.#reserve(2 * count * features);
    words[word.GATED] = this.#reserve(count * features);
    words[word.HIDDEN_ROWS] = this.#reserve(count * hidden);
    words[word.PARAMETERS] = this.#reserve(count * outputs);
    words[word.CHANCES] = this.#reserve(outputs);
    words[word.CONDITION] = this.#reserve(count * Math.max(widths.global, widths.local));
    words[word.UNIFORMS] = this.#reserve(count * word.CHUNK);
    words[word.DRAWN] = this.#reserve(count * word.CHUNK);
    taps.layers.forEach((layer, i) => {
      const own = words.subarray(word.HEADER + i * word.LAYER_WORDS, word.HEADER + (i + 1) * word.LAYER_WORDS);
      this.#placeLayer(own, layer, { count, features, skips: first.inputs, ...widths });
    });
    this.size = this.#end;
  }

  /** Writes the constants into `size` floats, and zeros between them. */
  fill(floats: Float32Array): void {
    floats.fill(0);
    for (const { at, values } of this.#constants) floats.set(values, at);
  }

  #placeLayer(
    own: Int32Array,
    { convolution, output, global, local }: WaveNetLayerTaps,
    sizes: { readonly count: number; readonly features: number; readonly skips: number } & Widths,
  ): void {
    const { count, features, skips } = sizes;
    const { kernel, dilation, bias } = convolution;
    const [skip, residual] = splitOutputs(output, skips);
    const halves = placeTaps({ inputs: 1, outputs: convolution.outputs, weight: bias }, { taps: 1, features });
    const bases = new Float32Array(count * halves.length);
    for (let signal = 0; signal < count; signal++) bases.set(halves, signal * halves.length);
    own[word.CONVOLUTION] = this.#gates(convolution, { taps: kernel, features, width: features });
    own[word.BIAS] = this.#constant(halves);
    own[word.BASE] = this.#constant(bases);
    own[word.STARTS] = sizes.local === 0 ? own[word.BASE]! : this.#reserve(bases.length);
    own[word.GLOBAL_WEIGHT] = this.#condition(global, convolution.outputs, { features, width: sizes.global });
    own[word.LOCAL_WEIGHT] = this.#condition(local, convolution.outputs, { features, width: sizes.local });
    own[word.SKIP_WEIGHT] = this.#panels(skip);
    own[word.RESIDUAL_WEIGHT] = residual === null ? -1 : this.#panels(residual);
    own[word.RESIDUAL_BIAS] = residual === null ? -1 : this.#bias(residual, features);
    own[word.RING] = this.#reserve((kernel - 1) * dilation * count * features);
    own[word.DILATION] = dilation;
  }

  #condition(
    weight: Float32Array | undefined,
    outputs: number,
    { features, width }: { readonly features: number; readonly width: number },
  ): number {
    if (weight === undefined) return -1;
    return this.#gates({ inputs: weight.length / outputs, outputs, weight }, { taps: 1, features, width });
  }

  /** A map to both halves of the gates, each half as wide as the padded features. */
  #gates(
    map: Pick<PointwiseTaps, 'inputs' | 'outputs' | 'weight'>,
    { taps, features, width }: { readonly taps: number; readonly features: number; readonly width: number },
  ): number {
    const weight = placeTaps(map, { taps, features, width });
    return this.#constant(packPanels(weight, { inner: taps * width, outputs: 2 * features }));
  }

  #panels(map: PointwiseTaps): number {
    const [inner, outputs] = [inFours(map.inputs), inFours(map.outputs)];
    return this.#constant(packPanels(padMap(map, [inner, outputs]), { inner, outputs }));
  }

  #bias({ bias }: PointwiseTaps, width: number, beyond = 0): number {
    return this.#constant(padRow(bias ?? new Float32Array(0), width, beyond));
  }

  #constant(values: Float32Array): number {
    const at = this.#reserve(values.length);
    this.#constants.push({ at, values });
    return at;
  }

  #reserve(count: number): number {
    const at = this.#end;
    this.#end += inFours(count);
    return at;
  }
}

interface Widths {
  /** Padded width of what holds for the whole signal. */
  readonly global: number;
  /** Padded width of a frame. */
  readonly local: number;
}

/** The skip connections only ever meet as a sum, so their biases do, too. */
function skipBias(
  layers: readonly WaveNetLayerTaps[],
  { skips, width }: { readonly skips: number; readonly width: number },
): Float32Array {
  const sums = new Float64Array(skips);
  for (const { output } of layers) sums.forEach((sum, i) => (sums[i] = sum + (output.bias?.[i] ?? 0)));
  return padRow(Float32Array.from(sums), width, 0);
}
