import type { WaveNetTaps } from '../wavenet-network.ts';
import { packed, rectify, writeProduct, type PackedMap } from './products.ts';
import { RingLayer } from './ring-layer.ts';

/** What a {@link RingNetwork} runs for. */
export interface RingNetworkOptions {
  /** Signals side by side. */
  readonly count: number;
  /** `[count, contextSize]`. */
  readonly context: Float32Array | undefined;
}

/**
 * The network of a WaveNet one step at a time, every feature computed once: a step costs the same however long the
 * receptive field is. Plain arrays; weights are packed once, in float64.
 *
 * Paine et al. 2016, "Fast WaveNet Generation Algorithm".
 */
export class RingNetwork {
  readonly #taps: WaveNetTaps;
  readonly #options: RingNetworkOptions;
  readonly #layers: readonly RingLayer[];
  readonly #maps: readonly [PackedMap, PackedMap];
  readonly #residual: Float64Array;
  readonly #skips: Float64Array;
  readonly #hidden: Float64Array;
  readonly #row: Float64Array;
  readonly #parameters: Float32Array;
  #time = 0;

  constructor(taps: WaveNetTaps, options: RingNetworkOptions) {
    const { count } = options;
    const [first, second] = taps.output;
    this.#taps = taps;
    this.#options = options;
    this.#maps = [packed(first), packed(second)];
    this.#residual = new Float64Array(count * taps.input.outputs);
    this.#skips = new Float64Array(count * first.inputs);
    this.#hidden = new Float64Array(first.outputs);
    this.#row = new Float64Array(second.outputs);
    this.#parameters = new Float32Array(count * second.outputs);
    this.#layers = taps.layers.map((layer) => new RingLayer(layer, { count, skipFeatures: first.inputs }));
  }

  /**
   * Parameters of the next step, `[count, outputs]`, overwritten by the next call.
   *
   * @param previous What the signals were one step before: one number each, or the place of the one among the zeros; null
   * before the first step.
   */
  step(previous: ArrayLike<number> | null): Float32Array {
    const { count } = this.#options;
    this.#condition();
    this.#embed(previous);
    this.#skips.fill(0);
    const streams = { residual: this.#residual, skips: this.#skips };
    for (const layer of this.#layers) layer.step(streams);
    const [first, second] = this.#maps;
    rectify(this.#skips, 0, this.#skips.length);
    for (let signal = 0; signal < count; signal++) {
      writeProduct(this.#hidden, 0, first, this.#skips, signal * first.inputs, first.bias, 0);
      rectify(this.#hidden, 0, first.outputs);
      writeProduct(this.#row, 0, second, this.#hidden, 0, second.bias, 0);
      this.#parameters.set(this.#row, signal * second.outputs);
    }
    this.#time++;
    return this.#parameters;
  }

  #embed(previous: ArrayLike<number> | null): void {
    const { inputs, outputs, weight, bias } = this.#taps.input;
    const residual = this.#residual;
    for (let signal = 0; signal < this.#options.count; signal++) {
      const value = previous === null ? 0 : previous[signal]!;
      const row = inputs === 1 ? 0 : value * outputs;
      const factor = inputs === 1 ? value : 1;
      for (let o = 0; o < outputs; o++) {
        residual[signal * outputs + o] = bias![o]! + (previous === null ? 0 : factor * weight[row + o]!);
      }
    }
  }

  /** Conditions change with the frames alone. */
  #condition(): void {
    const { context, count } = this.#options;
    const { global, local } = this.#taps.sizes;
    const [time, hop] = [this.#time, local?.hop ?? Infinity];
    if (time !== 0 && (local === null || time % hop !== 0)) return;
    for (let signal = 0; signal < count; signal++) {
      const own = context?.subarray((signal * context.length) / count, ((signal + 1) * context.length) / count);
      const frameAt = global + (local === null ? 0 : (time / hop) * local.features);
      const frame = own === undefined || local === null ? null : own.subarray(frameAt, frameAt + local.features);
      const whole = own === undefined || global === 0 ? null : own.subarray(0, global);
      for (const layer of this.#layers) layer.condition(signal, whole, frame);
    }
  }
}
