import type { WaveNetTaps } from '../wavenet-network.ts';
import { ArrayKernel } from './array-kernel.ts';
import { BackendKernel } from './backend-kernel.ts';
import type { RingKernel } from './kernel.ts';
import { RingProgram } from './program.ts';
import { WasmKernel } from './wasm/wasm-kernel.ts';
import * as word from './words.ts';

/** What a {@link RingNetwork} runs for. */
export interface RingNetworkOptions {
  /** Signals side by side. */
  readonly count: number;
  /** `[count, contextSize]`. */
  readonly context: Float32Array | undefined;
  /** True when {@link RingNetwork.draw} will be called. Default: false. */
  readonly categorical?: boolean;
  /**
   * Default: on a kernel of tfjs's backend where it has one, else as WebAssembly where the host has it with SIMD, else on
   * arrays. The numbers are the same.
   */
  readonly kernel?: 'arrays' | 'wasm' | undefined;
}

/** Steps to be drawn. */
export interface RingDraw {
  readonly steps: number;
  /** `[count][steps]`, on (0, 1). */
  readonly uniforms: readonly Float32Array[];
  /** `[count][steps]`, levels that are not drawn; others −1, as where a row ends. */
  readonly given: readonly ArrayLike<number>[] | null;
  readonly temperature: number;
}

/**
 * The network of a WaveNet one step at a time, every feature computed once: a step costs the same however long the
 * receptive field is. Weights are packed once; numbers are float32, and the same bits on every machine.
 *
 * Paine et al. 2016, "Fast WaveNet Generation Algorithm".
 */
export class RingNetwork {
  readonly #options: RingNetworkOptions;
  readonly #sizes: WaveNetTaps['sizes'];
  readonly #words: Int32Array;
  readonly #kernel: RingKernel;
  readonly #parameters: Float32Array;
  readonly #outputs: number;
  #time = 0;

  constructor(taps: WaveNetTaps, options: RingNetworkOptions) {
    const { count, categorical = false, kernel } = options;
    const program = new RingProgram(taps, { count, categorical });
    this.#options = options;
    this.#sizes = taps.sizes;
    this.#words = program.words;
    this.#outputs = taps.output[1].outputs;
    this.#parameters = new Float32Array(count * this.#outputs);
    this.#kernel =
      (kernel === undefined ? BackendKernel.create(program) : null) ??
      (kernel === 'arrays' ? null : WasmKernel.create(program)) ??
      new ArrayKernel(program);
  }

  /**
   * Parameters of the next step, `[count, outputs]`, overwritten by the next call.
   *
   * @param previous What the signals were one step before: one number each, or the place of the one among the zeros; null
   * before the first step.
   */
  step(previous: ArrayLike<number> | null): Float32Array {
    this.#condition();
    const { floats } = this.#kernel;
    if (previous !== null) floats.set(previous, this.#words[word.PREVIOUS]!);
    this.#kernel.step();
    this.#time++;
    const [at, width, outputs] = [this.#words[word.PARAMETERS]!, this.#words[word.OUTPUTS]!, this.#outputs];
    for (let signal = 0; signal < this.#options.count; signal++) {
      const row = at + signal * width;
      this.#parameters.set(floats.subarray(row, row + outputs), signal * outputs);
    }
    return this.#parameters;
  }

  /** Draws levels from categorical distributions, `[steps, count]`; each is what the next step sees. */
  draw({ steps, uniforms, given, temperature }: RingDraw): Float32Array {
    const { count } = this.#options;
    const levels = new Float32Array(steps * count);
    for (let done = 0; done < steps;) {
      this.#condition();
      const now = Math.min(steps - done, word.CHUNK, this.#untilNextFrame());
      const { floats } = this.#kernel;
      const [uniformsAt, drawnAt] = [this.#words[word.UNIFORMS]!, this.#words[word.DRAWN]!];
      for (let step = 0; step < now; step++) {
        for (let signal = 0; signal < count; signal++) {
          floats[uniformsAt + step * count + signal] = uniforms[signal]![done + step]!;
          floats[drawnAt + step * count + signal] = given?.[signal]?.[done + step] ?? -1;
        }
      }
      this.#kernel.draw(now, temperature);
      levels.set(floats.subarray(drawnAt, drawnAt + now * count), done * count);
      this.#time += now;
      done += now;
    }
    return levels;
  }

  /** Lets others use the memory; the network takes no step after it. */
  dispose(): void {
    this.#kernel.dispose();
  }

  #untilNextFrame(): number {
    const { local } = this.#sizes;
    return local === null ? Infinity : local.hop - (this.#time % local.hop);
  }

  /** Conditions change with the frames alone. */
  #condition(): void {
    const { global, local } = this.#sizes;
    const [time, kernel] = [this.#time, this.#kernel];
    if (time === 0 && global > 0) {
      this.#tell(0, { count: global, width: this.#words[word.GLOBAL_WIDTH]! });
      kernel.condition('global');
    }
    if (local === null || time % local.hop !== 0) return;
    const at = global + (time / local.hop) * local.features;
    this.#tell(at, { count: local.features, width: this.#words[word.LOCAL_WIDTH]! });
    kernel.condition('local');
  }

  /** Puts `count` numbers of each context where the kernel reads conditions. */
  #tell(from: number, { count, width }: { readonly count: number; readonly width: number }): void {
    const context = this.#options.context!;
    const { floats } = this.#kernel;
    const at = this.#words[word.CONDITION]!;
    const size = context.length / this.#options.count;
    floats.fill(0, at, at + this.#options.count * width);
    for (let signal = 0; signal < this.#options.count; signal++) {
      const start = signal * size + from;
      floats.set(context.subarray(start, start + count), at + signal * width);
    }
  }
}
