import type { WaveNetLayerTaps } from '../wavenet-layer.ts';
import { packed, writeGate, writeProduct, type PackedMap } from './products.ts';

/** The streams of several signals at one step, written to by every layer. */
export interface StepStreams {
  /** `[count, features]`. */
  readonly residual: Float64Array;
  /** `[count, skipFeatures]`. */
  readonly skips: Float64Array;
}

/**
 * A layer that remembers: a ring of the last (kernel − 1)·dilation residual features of each signal, zeros at the start,
 * as the full pass pads them.
 */
export class RingLayer {
  readonly #convolution: PackedMap;
  readonly #output: PackedMap;
  readonly #kernel: number;
  readonly #dilation: number;
  readonly #features: number;
  readonly #skips: number;
  readonly #taps: WaveNetLayerTaps;
  /** Bias and conditions of each signal, `[count, 2·features]`. */
  readonly #starts: Float64Array;
  /** `[span, count, features]`. */
  readonly #ring: Float64Array;
  readonly #window: Float64Array;
  readonly #sums: Float64Array;
  readonly #gated: Float64Array;
  readonly #out: Float64Array;
  #slot = 0;

  constructor(taps: WaveNetLayerTaps, options: { readonly count: number; readonly skipFeatures: number }) {
    const { kernel, dilation, inputs, outputs, weight, bias } = taps.convolution;
    this.#taps = taps;
    this.#convolution = packed({ inputs: kernel * inputs, outputs, weight, bias });
    this.#output = packed(taps.output);
    this.#kernel = kernel;
    this.#dilation = dilation;
    this.#features = inputs;
    this.#skips = options.skipFeatures;
    this.#starts = new Float64Array(options.count * outputs);
    this.#ring = new Float64Array(options.count * (kernel - 1) * dilation * inputs);
    this.#window = new Float64Array(kernel * inputs);
    this.#sums = new Float64Array(outputs);
    this.#gated = new Float64Array(inputs);
    this.#out = new Float64Array(this.#output.outputs);
  }

  /** Sets the conditions of a signal until they change. */
  condition(signal: number, global: Float32Array | null, frame: Float32Array | null): void {
    const width = this.#sums.length;
    const starts = this.#starts.subarray(signal * width, (signal + 1) * width);
    starts.set(this.#convolution.bias);
    if (global !== null) addMapped(starts, global, this.#taps.global!);
    if (frame !== null) addMapped(starts, frame, this.#taps.local!);
  }

  /** One step of all signals. */
  step({ residual, skips }: StepStreams): void {
    const [features, kernel, count] = [this.#features, this.#kernel, residual.length / this.#features];
    const [ring, window, out] = [this.#ring, this.#window, this.#out];
    const span = (kernel - 1) * this.#dilation;
    const [width, skip] = [2 * features, this.#skips];
    const isLast = out.length === skip;
    for (let signal = 0; signal < count; signal++) {
      const own = signal * features;
      for (let tap = 0; tap < kernel - 1; tap++) {
        const at = (((this.#slot + tap * this.#dilation) % span) * count + signal) * features;
        for (let i = 0; i < features; i++) window[tap * features + i] = ring[at + i]!;
      }
      const oldest = (this.#slot * count + signal) * features;
      const newest = (kernel - 1) * features;
      for (let i = 0; i < features; i++) ring[oldest + i] = window[newest + i] = residual[own + i]!;
      writeProduct(this.#sums, 0, this.#convolution, window, 0, this.#starts, signal * width);
      writeGate(this.#gated, 0, features, this.#sums);
      writeProduct(out, 0, this.#output, this.#gated, 0, this.#output.bias, 0);
      for (let o = 0; o < skip; o++) skips[signal * skip + o]! += out[o]!;
      if (!isLast) for (let o = 0; o < features; o++) residual[own + o]! += out[skip + o]!;
    }
    this.#slot = (this.#slot + 1) % span;
  }
}

/** sums += Wᵀ·values, W `[values, sums]`. */
function addMapped(sums: Float64Array, values: Float32Array, weight: Float32Array): void {
  const width = sums.length;
  for (const [i, value] of values.entries()) {
    for (let o = 0; o < width; o++) sums[o]! += value * weight[i * width + o]!;
  }
}
