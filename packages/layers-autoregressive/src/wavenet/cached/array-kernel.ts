import { writeChoice } from './choice.ts';
import { sigmoid, tanh } from './float32.ts';
import type { RingKernel } from './kernel.ts';
import { panelWidth } from './panels.ts';
import type { RingProgram } from './program.ts';
import * as word from './words.ts';

const { fround } = Math;

/** Runs a program on plain arrays: every host can. Its numbers are those of the WebAssembly kernel, to the last bit. */
export class ArrayKernel implements RingKernel {
  readonly floats: Float32Array;
  readonly #words: Int32Array;

  constructor(program: RingProgram) {
    this.#words = program.words.slice();
    this.floats = new Float32Array(program.size);
    program.fill(this.floats);
  }

  condition(part: 'global' | 'local'): void {
    const words = this.#words;
    const width = 2 * words[word.FEATURES]!;
    const x = words[word.CONDITION]!;
    for (let layer = word.HEADER; layer < words.length; layer += word.LAYER_WORDS) {
      const [base, starts] = [words[layer + word.BASE]!, words[layer + word.STARTS]!];
      if (part === 'local') {
        const map = { weight: words[layer + word.LOCAL_WEIGHT]!, inner: words[word.LOCAL_WIDTH]!, outputs: width };
        this.#product({ out: starts, start: base, startRow: width, x, ...map });
      } else {
        const map = { weight: words[layer + word.GLOBAL_WEIGHT]!, inner: words[word.GLOBAL_WIDTH]!, outputs: width };
        this.#product({ out: base, start: words[layer + word.BIAS]!, startRow: 0, x, ...map });
      }
    }
  }

  step(): void {
    this.#runLayers();
    this.#runOutput();
  }

  draw(steps: number, temperature: number): void {
    const [words, floats] = [this.#words, this.floats];
    const [count, levels] = [words[word.COUNT]!, words[word.LEVELS]!];
    const scale = words[word.CHANNELS] === 1 ? 2 / (levels - 1) : 0;
    for (let step = 0; step < steps; step++) {
      const drawn = floats.subarray(words[word.DRAWN]! + step * count).subarray(0, count);
      this.#runLayers();
      if (drawn.some((level) => level < 0)) this.#runOutput();
      for (let signal = 0; signal < count; signal++) {
        if (drawn[signal]! < 0) {
          drawn[signal] = writeChoice(floats, words[word.CHANCES]!, {
            logits: words[word.PARAMETERS]! + signal * words[word.OUTPUTS]!,
            count: words[word.OUTPUTS]!,
            uniform: floats[words[word.UNIFORMS]! + step * count + signal]!,
            temperature: fround(temperature),
          });
        }
        floats[words[word.PREVIOUS]! + signal] = scale === 0 ? drawn[signal]! : drawn[signal]! * scale - 1;
      }
    }
  }

  dispose(): void {
    // The arrays are nobody else's.
  }

  #runLayers(): void {
    const [words, floats] = [this.#words, this.floats];
    const [count, features, kernel, skips] = [
      words[word.COUNT]!,
      words[word.FEATURES]!,
      words[word.KERNEL]!,
      words[word.SKIPS]!,
    ];
    const [residual, sums, window, gated] = [
      words[word.RESIDUAL]!,
      words[word.SKIP_SUMS]!,
      words[word.WINDOW]!,
      words[word.GATED]!,
    ];
    this.#embed();
    for (let signal = 0; signal < count; signal++) this.#copy(sums + signal * skips, words[word.SKIP_BIAS]!, skips);
    for (let layer = word.HEADER; layer < words.length; layer += word.LAYER_WORDS) {
      this.#fillWindow(layer);
      this.#product({
        out: words[word.SUMS]!,
        start: words[layer + word.STARTS]!,
        startRow: 2 * features,
        weight: words[layer + word.CONVOLUTION]!,
        x: window,
        inner: kernel * features,
        outputs: 2 * features,
      });
      this.#gate();
      const toSkips = { start: sums, startRow: skips, weight: words[layer + word.SKIP_WEIGHT]!, outputs: skips };
      this.#product({ out: sums, x: gated, inner: features, ...toSkips });
      const weight = words[layer + word.RESIDUAL_WEIGHT]!;
      if (weight < 0) continue;
      const bias = words[layer + word.RESIDUAL_BIAS]!;
      for (let signal = 0; signal < count; signal++) {
        const row = residual + signal * features;
        for (let i = 0; i < features; i++) floats[row + i] = floats[row + i]! + floats[bias + i]!;
      }
      const toResidual = { start: residual, startRow: features, weight, outputs: features };
      this.#product({ out: residual, x: gated, inner: features, ...toResidual });
    }
  }

  #runOutput(): void {
    const words = this.#words;
    const [count, skips, hidden] = [words[word.COUNT]!, words[word.SKIPS]!, words[word.HIDDEN]!];
    const [sums, rows] = [words[word.SKIP_SUMS]!, words[word.HIDDEN_ROWS]!];
    this.#rectify(sums, count * skips);
    const first = { start: words[word.FIRST_BIAS]!, weight: words[word.FIRST_WEIGHT]! };
    this.#product({ out: rows, startRow: 0, x: sums, inner: skips, outputs: hidden, ...first });
    this.#rectify(rows, count * hidden);
    const second = { start: words[word.SECOND_BIAS]!, weight: words[word.SECOND_WEIGHT]! };
    const wide = { out: words[word.PARAMETERS]!, outputs: words[word.OUTPUTS]! };
    this.#product({ startRow: 0, x: rows, inner: hidden, ...wide, ...second });
  }

  #embed(): void {
    const [words, floats] = [this.#words, this.floats];
    const [features, bias] = [words[word.FEATURES]!, words[word.INPUT_BIAS]!];
    const isFirst = words[word.STARTED] === 0;
    words[word.STARTED] = 1;
    for (let signal = 0; signal < words[word.COUNT]!; signal++) {
      const residual = words[word.RESIDUAL]! + signal * features;
      if (isFirst) this.#copy(residual, bias, features);
      else {
        const value = floats[words[word.PREVIOUS]! + signal]!;
        const isScalar = words[word.CHANNELS] === 1;
        const row = words[word.INPUT_WEIGHT]! + (isScalar ? 0 : value * features);
        const factor = isScalar ? value : 1;
        for (let i = 0; i < features; i++) floats[residual + i] = floats[bias + i]! + fround(factor * floats[row + i]!);
      }
    }
  }

  /** Puts the taps of each signal side by side, and the newest into the ring where the oldest was. */
  #fillWindow(layer: number): void {
    const words = this.#words;
    const [count, features, kernel] = [words[word.COUNT]!, words[word.FEATURES]!, words[word.KERNEL]!];
    const [slot, dilation] = [words[layer + word.SLOT]!, words[layer + word.DILATION]!];
    const ring = words[layer + word.RING]!;
    const span = (kernel - 1) * dilation;
    let window = words[word.WINDOW]!;
    for (let signal = 0; signal < count; signal++) {
      for (let tap = 0; tap < kernel - 1; tap++, window += features) {
        this.#copy(window, ring + (((slot + tap * dilation) % span) * count + signal) * features, features);
      }
      const residual = words[word.RESIDUAL]! + signal * features;
      this.#copy(window, residual, features);
      this.#copy(ring + (slot * count + signal) * features, residual, features);
      window += features;
    }
    words[layer + word.SLOT] = (slot + 1) % span;
  }

  #gate(): void {
    const [words, floats] = [this.#words, this.floats];
    const features = words[word.FEATURES]!;
    for (let signal = 0; signal < words[word.COUNT]!; signal++) {
      const gated = words[word.GATED]! + signal * features;
      const sums = words[word.SUMS]! + 2 * signal * features;
      for (let i = 0; i < features; i++) {
        floats[gated + i] = tanh(floats[sums + i]!) * sigmoid(floats[sums + features + i]!);
      }
    }
  }

  /** out = start + W·x, each sum input by input, four outputs at a time. */
  #product(map: Product): void {
    const count = this.#words[word.COUNT]!;
    let weight = map.weight;
    for (let first = 0; first < map.outputs;) {
      const width = panelWidth(map.outputs - first);
      for (let signal = 0; signal < count; signal++) {
        for (let o = 0; o < width; o += 4) {
          const start = map.start + signal * map.startRow + first + o;
          const out = map.out + signal * map.outputs + first + o;
          writeFour(this.floats, { out, start, weight: weight + o, width, x: map.x + signal * map.inner }, map.inner);
        }
      }
      weight += map.inner * width;
      first += width;
    }
  }

  #rectify(at: number, count: number): void {
    const { floats } = this;
    for (let i = at; i < at + count; i++) if (floats[i]! < 0) floats[i] = 0;
  }

  #copy(to: number, from: number, width: number): void {
    this.floats.copyWithin(to, from, from + width);
  }
}

/** Addresses of a product, and its widths. */
interface Product {
  readonly out: number;
  readonly start: number;
  readonly startRow: number;
  readonly weight: number;
  readonly x: number;
  readonly inner: number;
  readonly outputs: number;
}

function writeFour(
  floats: Float32Array,
  at: { readonly out: number; readonly start: number; weight: number; readonly width: number; x: number },
  inner: number,
): void {
  const { out, start, width } = at;
  let { weight, x } = at;
  let [a, b, c, d] = [floats[start]!, floats[start + 1]!, floats[start + 2]!, floats[start + 3]!];
  for (const end = x + inner; x < end; x++, weight += width) {
    const v = floats[x]!;
    a = fround(a + fround(v * floats[weight]!));
    b = fround(b + fround(v * floats[weight + 1]!));
    c = fround(c + fround(v * floats[weight + 2]!));
    d = fround(d + fround(v * floats[weight + 3]!));
  }
  floats[out] = a;
  floats[out + 1] = b;
  floats[out + 2] = c;
  floats[out + 3] = d;
}
