import { describe, expect, it } from 'vitest';
import { loadAddon } from '../src/addon.ts';
import { isCompiled, numbers } from './compiled.ts';

// The words of a program, by their places in layers-autoregressive (src/wavenet/cached/words.ts), which also has the tests that
// the results are those of TypeScript, to the last bit.
const HEADER = 32;
const LAYER_WORDS = 12;
const [STARTED, PREVIOUS, PARAMETERS, CONDITION, DRAWN] = [9, 17, 24, 26, 30];
const STEPS = 64;

interface Sizes {
  readonly count: number;
  readonly features: number;
  readonly channels: number;
  readonly kernel?: number;
}

const drawnBefore = new Map<number, Float32Array>();
/** Weights, rings and rows; made once, since many programs take them. */
function random(size: number): Float32Array {
  const known = drawnBefore.get(size) ?? numbers(size, 5).map((x) => 0.3 * x);
  drawnBefore.set(size, known);
  return known;
}

/** A program of two layers with random weights between guards. */
class Program {
  readonly words: Int32Array;
  readonly floats: Float32Array;
  readonly #whole: Float32Array;
  readonly #drawn: { readonly at: number; readonly uniforms: number; readonly count: number };

  constructor({ count, features, channels, kernel = 2 }: Sizes) {
    const [skips, hidden, outputs, layers] = [20, 36, 52, 2];
    this.words = new Int32Array(HEADER + layers * LAYER_WORDS);
    let end = 0;
    const reserve = (size: number): number => (end += size) - size;
    this.words.set([count, features, kernel, skips, hidden, outputs, 50, layers, channels, 0]);
    const widths = [channels * features, features, skips, skips * hidden, hidden, hidden * outputs, outputs];
    const rows = [1, features, skips, kernel * features, 2 * features, features, hidden, outputs].map((n) => count * n);
    this.words.set([...widths, ...rows, outputs, 4 * count].map(reserve), 10);
    this.words.set([4, 4, reserve(STEPS * count), reserve(STEPS * count)], 27);
    for (let layer = 0; layer < layers; layer++) {
      const dilation = layer + 1;
      const two = 2 * features;
      const sizes = [kernel * features * two, two, count * two, count * two, 4 * two, 4 * two];
      const rest = [features * skips, features * features, features, (kernel - 1) * dilation * count * features];
      this.words.set([...[...sizes, ...rest].map(reserve), dilation, 0], HEADER + layer * LAYER_WORDS);
    }
    this.words[HEADER + LAYER_WORDS + 7] = -1;
    this.#drawn = { at: this.words[DRAWN]!, uniforms: this.words[29]!, count };
    this.#whole = new Float32Array(end + 32).fill(7);
    this.floats = this.#whole.subarray(16, 16 + end);
    this.floats.set(random(end));
    // The same for each signal, whatever stands beside it.
    const bases = this.words.filter((_, i) => i >= HEADER && [2, 3].includes((i - HEADER) % LAYER_WORDS));
    for (const at of bases) {
      const base = this.floats.slice(at, at + 2 * features);
      for (let signal = 0; signal < count; signal++) this.floats.set(base, at + 2 * signal * features);
    }
  }

  run(operation: number, { steps = 1, threads = 1, temperature = 1 } = {}): void {
    const addon = loadAddon();
    addon.setThreads(threads);
    addon.samplers['waveNet']!(new ArrayBuffer(8), this.words, this.floats, operation, steps, temperature);
  }

  get isGuarded(): boolean {
    return [...this.#whole.subarray(0, 16), ...this.#whole.subarray(-16)].every((each) => each === 7);
  }

  /** Levels of all signals, with uniforms that depend on the step alone. */
  draw(options: { readonly threads?: number; readonly temperature?: number } = {}): Float32Array {
    const { at: drawn, uniforms, count } = this.#drawn;
    for (let i = 0; i < STEPS * count; i++) {
      this.floats[uniforms + i] = ((Math.floor(i / count) * 37) % 101) / 101 + 0.004;
      this.floats[drawn + i] = -1;
    }
    this.run(3, { steps: STEPS, ...options });
    return this.floats.slice(drawn, drawn + STEPS * count);
  }
}

const zeroRings = (program: Program, { features, count, kernel = 2 }: Sizes): Program => {
  for (const layer of [0, 1]) {
    const at = program.words[HEADER + layer * LAYER_WORDS + 9]!;
    program.floats.fill(0, at, at + (kernel - 1) * (layer + 1) * count * features);
  }
  return program;
};

describe.runIf(isCompiled)('the sampler of WaveNets', () => {
  it.each([2, 3])('draws the same levels on any number of threads: kernel %i', (kernel) => {
    const sizes = { count: 45, features: 20, channels: 1, kernel };
    const levels = new Program(sizes).draw();
    expect(new Program(sizes).draw({ threads: 3 })).toEqual(levels);
    expect(new Set(levels).size).toBeGreaterThan(20);
    expect(levels.every((level) => level >= 0 && level < 52)).toBe(true);
  });

  it('draws for equal signals equal levels, in fours, in rests of fours, and at temperature 0', () => {
    for (const count of [3, 7, 16, 17]) {
      for (const temperature of [1, 0]) {
        const sizes = { count, features: 8, channels: 1 };
        const levels = zeroRings(new Program(sizes), sizes).draw({ temperature });
        levels.forEach((level, i) => expect(level).toBe(levels[i - (i % count)]));
      }
    }
  });

  it('takes conditions into what steps start from', () => {
    const program = new Program({ count: 3, features: 8, channels: 1 });
    const [base, starts] = [program.words[HEADER + 2]!, program.words[HEADER + 3]!];
    const [bias, all, frame] = [1, 4, 5].map((word) => program.words[HEADER + word]!);
    const { floats } = program;
    program.run(0);
    program.run(1);
    for (let signal = 0; signal < 3; signal++) {
      const told = floats.subarray(program.words[CONDITION]! + 4 * signal).subarray(0, 4);
      for (let out = 0; out < 16; out++) {
        const dot = (at: number): number => told.reduce((sum, x, i) => sum + x * floats[at + 16 * i + out]!, 0);
        expect(floats[base + 16 * signal + out]).toBeCloseTo(floats[bias! + out]! + dot(all!), 5);
        expect(floats[starts + 16 * signal + out]).toBeCloseTo(floats[base + 16 * signal + out]! + dot(frame!), 5);
      }
    }
  });
});

describe.runIf(isCompiled)('programs of WaveNets that are wrong', () => {
  const sizes = { count: 3, features: 8, channels: 52 };
  const tampered = (place: number, word: number): Program => {
    const program = new Program(sizes);
    program.words[place] = word;
    return program;
  };
  const layer = HEADER + LAYER_WORDS;

  it.each([
    ['no signals', 0, 0, 'a word that is too small'],
    ['a width that is no multiple of four', 1, 6, 'no multiple of four'],
    ['a wider kernel', 2, 4, 'a kernel that there is not'],
    ['more levels than outputs', 6, 53, 'more levels than outputs'],
    ['another number of layers', 7, 3, 'another number of layers'],
    ['rows beyond the floats', PARAMETERS, 10 ** 6, 'names floats that are not there'],
    ['a negative place', PREVIOUS, -1, 'a word that is too small'],
    ['a ring beyond the floats', layer + 9, 10 ** 6, 'names floats that are not there'],
    ['a dilation beyond the ring', layer + 10, 2 ** 31 - 1, 'names floats that are not there'],
    ['a place beyond the ring', layer + 11, 2, 'a place that its ring has not'],
    ['a weight that ends beyond the floats', HEADER + 7, 2 ** 30, 'names floats that are not there'],
  ])('are refused: %s', (_, place, word, message) => {
    expect(() => tampered(place, word).draw()).toThrow(RangeError);
    expect(() => tampered(place, word).run(2)).toThrow(message);
  });

  it('are refused with other arguments that are wrong', () => {
    expect(() => new Program(sizes).run(3, { steps: 10 ** 6 })).toThrow('names floats that are not there');
    expect(() => new Program(sizes).run(4)).toThrow('asked for what it does not do');
    const program = new Program(sizes);
    program.words[STARTED] = 1;
    for (const level of [-1, 52, Infinity, Number.NaN]) {
      program.floats[program.words[PREVIOUS]! + 1] = level;
      expect(() => program.run(2)).toThrow('a signal of a WaveNet was a level that there is not');
    }
  });

  it('never write beside their floats, whatever word is changed', () => {
    let refused = 0;
    for (let place = 0; place < HEADER + 2 * LAYER_WORDS; place++) {
      for (const word of [-1, 0, 8, 4096, 2 ** 31 - 1]) {
        for (const operation of place % 8 === 0 ? [0, 1, 2, 3] : [3]) {
          const program = tampered(place, word);
          try {
            program.run(operation, { steps: 3 });
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            refused++;
          }
          if (!program.isGuarded) throw new Error(`word ${place}: something was written beside the floats`);
        }
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});
