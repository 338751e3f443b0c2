import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '@flowzoo/core';
import { imageModel, randomLevels } from '../../../test/image-models.ts';
import type { ImageModel } from '../index.ts';
import { CachedSampler } from './cached-sampler.ts';
import { engineFor, type CachedKernel } from './engine.ts';
import { gate } from './gate.ts';
import type { ProgramOptions } from './gated-program.ts';
import { ProgramBuilder, type SamplerProgram } from './program.ts';
import { borrowHost, giveBackHost } from './wasm/host.ts';

type Config = Parameters<typeof imageModel>[0];

/** What the class keeps to itself. */
interface Programmed {
  program(options: ProgramOptions): SamplerProgram;
}

// Widths that are no multiples of 4 or 16, more rows and columns than the receptive fields.
const cases: [string, Config, readonly number[], number][] = [
  ['gated', { type: 'gated-pixelcnn', levels: 2, layers: 2, features: 5, firstKernel: 3 }, [7, 6], 0],
  ['gated, wide', { type: 'gated-pixelcnn', levels: 2, layers: 2, features: 21, outputFeatures: 17 }, [5, 9], 0],
  ['gated, 3 colours, context', { type: 'gated-pixelcnn', levels: 3, layers: 3, features: 9 }, [5, 4, 3], 2],
  [
    'gated, no skips',
    { type: 'gated-pixelcnn', levels: 5, layers: 3, features: 8, skip: 'none', kernel: 5 },
    [6, 5],
    3,
  ],
  [
    'gated, mixtures',
    { type: 'gated-pixelcnn', levels: 64, layers: 2, features: 6, head: 'logistic-mixture', components: 3 },
    [5, 4, 2],
    1,
  ],
  ['gated, one column', { type: 'gated-pixelcnn', levels: 3, layers: 2, features: 4 }, [9, 1], 1],
  ['gated, one row', { type: 'gated-pixelcnn', levels: 3, layers: 1, features: 3 }, [1, 9], 0],
  ['plain', { type: 'pixelcnn', levels: 2, blocks: 2, features: 7, firstKernel: 5 }, [7, 6], 0],
  ['plain, 3 colours, context', { type: 'pixelcnn', levels: 3, blocks: 1, features: 6, kernel: 5 }, [6, 5, 3], 2],
  [
    'plain, small windows',
    { type: 'pixelcnn', levels: 3, blocks: 2, features: 3, firstKernel: 3, kernel: 1 },
    [4, 1],
    1,
  ],
  ['plain, one row', { type: 'pixelcnn', levels: 4, blocks: 1, features: 9 }, [1, 8], 0],
];

/** The parameters of every position of given images, with what a sampler knows there. */
function parametersOf(
  model: ImageModel,
  options: {
    readonly levels: Float32Array;
    readonly context: tf.Tensor2D | undefined;
    readonly kernel: CachedKernel | undefined;
    readonly Sampler?: typeof CachedSampler;
  },
): Float32Array {
  const [height, width, channels] = model.imageShape;
  const count = options.levels.length / (height * width * channels);
  const { parameters } = model.head;
  const program = (given: ProgramOptions): SamplerProgram => (model as unknown as Programmed).program(given);
  const range = model.levels;
  const { Sampler = CachedSampler } = options;
  const source = new Sampler({ ...options, count, imageShape: model.imageShape, range, program });
  const all = new Float32Array(count * height * width * parameters);
  for (let row = 0; row < height; row++) {
    source.startRow(row);
    for (let column = 0; column < width; column++) {
      const here = source.at({ row, column, channel: channels - 1 });
      expect(here).toHaveLength(count * parameters);
      for (let i = 0; i < count; i++) {
        const own = here.subarray(i * parameters, (i + 1) * parameters);
        all.set(own, ((i * height + row) * width + column) * parameters);
      }
    }
  }
  source.dispose();
  return all;
}

describe('the kernels of cached sampling', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('wasm');
  });

  it.each(cases)(
    '%s: the same bits as WebAssembly and in TypeScript, those of a full pass but for rounding',
    (_, config, event, contextSize) => {
      const model = imageModel(config, { event, contextSize });
      for (const count of [1, 3, 16]) {
        const x = randomLevels([count, ...event], model.levels);
        const levels = x.dataSync<'float32'>().slice();
        const rows = new Random('context').normals(count * contextSize);
        const context = contextSize === 0 ? undefined : tf.tensor2d(rows, [count, contextSize]);
        const fast = parametersOf(model, { levels, context, kernel: 'wasm' });
        expect(parametersOf(model, { levels, context, kernel: 'typescript' })).toEqual(fast);
        const full = tf.tidy(() => model.headParameters(x, context).dataSync<'float32'>());
        const scale = Math.max(1, ...full.map(Math.abs));
        expect(Math.max(...fast.map((value, i) => Math.abs(value - full[i]!))) / scale).toBeLessThan(1e-5);
        tf.dispose([x, ...(context === undefined ? [] : [context])]);
      }
      model.dispose();
    },
  );

  it.each([cases[0]!, cases[2]!, cases[7]!])(
    '%s: a kernel that is asked for gives the same samples',
    async (_, config, event, contextSize) => {
      const model = imageModel(config, { event, contextSize });
      const context = contextSize === 0 ? undefined : tf.ones([5, contextSize]);
      const drawn = await Promise.all(
        (['typescript', 'wasm', undefined] as const).map((kernel) =>
          model.sample(5, { seed: 3, context, kernel, method: 'cached' }),
        ),
      );
      const [typescript, wasm, unasked] = drawn.map((each) => Array.from(each.dataSync()));
      expect(new Set(typescript).size).toBeGreaterThan(1);
      expect(wasm).toEqual(typescript);
      expect(unasked).toEqual(typescript);
      tf.dispose([...drawn, ...(context === undefined ? [] : [context])]);
      model.dispose();
    },
  );

  it('gates have the same bits everywhere, and the value of tanh · σ', () => {
    const numbers = [
      0,
      -0,
      1e-30,
      -1e-30,
      1e-4,
      -1e-4,
      0.3,
      -1,
      2,
      -4,
      9.9,
      10,
      -11,
      87,
      -88,
      1e4,
      Infinity,
      -Infinity,
      NaN,
    ];
    const random = new Random('gate').normals(400).map((value) => 4 * value);
    const pairs = [
      ...numbers.flatMap((a) => numbers.map((b) => [a, b])),
      ...Array.from(random, (a, i) => [a, random[399 - i]!]),
    ];
    const [a, b] = [0, 1].map((side) => Float32Array.from(pairs, (pair) => pair[side]!)) as [
      Float32Array,
      Float32Array,
    ];
    const results = (['wasm', 'typescript'] as const).map((kernel) => {
      const builder = new ProgramBuilder({ images: 1 });
      const start = Math.ceil(a.length / 4) * 4;
      const source = builder.place({ images: 1, size: 2 * start });
      const target = builder.place({ images: 1, size: a.length });
      builder.position.gate(a.length, source, target);
      const program = builder.finish({ firstRow: 0, above: undefined, present: source, parameters: target });
      const engine = engineFor(program, kernel);
      engine.numbers().set(a, source.at);
      engine.numbers().set(b, source.at + start);
      engine.run(program.positionStart, { images: 1, row: 0, column: 0, columns: 1 });
      const found = engine.numbers().slice(target.at, target.at + a.length);
      engine.dispose();
      return found;
    });
    expect(results[1]).toEqual(results[0]);
    results[1]!.forEach((value, i) => {
      expect(value).toBe(gate(a[i]!, b[i]!));
      const exact = Math.tanh(a[i]!) / (1 + Math.exp(-b[i]!));
      if (Number.isNaN(exact)) expect(value).toBeNaN();
      else expect(Math.abs(value - exact)).toBeLessThanOrEqual(3e-7 * Math.abs(exact) + 2e-38);
    });
  });

  it('memory that is given back serves the next sampler, whatever was left in it', async () => {
    const host = borrowHost()!;
    const other = borrowHost()!;
    expect(other).not.toBe(host);
    giveBackHost(host);
    const model = imageModel(cases[0]![1], { event: [7, 6] });
    const first = await model.sample(2, { seed: 1, kernel: 'wasm' });
    const again = borrowHost()!;
    expect(again).toBe(host);
    again.numbers().fill(NaN);
    giveBackHost(again);
    const second = await model.sample(2, { seed: 1 });
    expect(host.numbers().some(Number.isNaN)).toBe(false);
    expect(second.dataSync()).toEqual(first.dataSync());
    expect(borrowHost()).toBe(host);
    tf.dispose([first, second]);
    model.dispose();
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['none at all', undefined],
    ['no SIMD', { ...WebAssembly, validate: () => false }],
  ])('%s: the same bits, and a wish for it is refused', async (_, found) => {
    await tf.setBackend('cpu');
    const model = imageModel(cases[0]![1], { event: [4, 3] });
    const drawn = await model.sample(2, { seed: 1, kernel: 'typescript' });
    const levels = drawn.dataSync<'float32'>().slice();
    drawn.dispose();
    const expected = parametersOf(model, { levels, context: undefined, kernel: 'wasm' });
    vi.resetModules();
    vi.stubGlobal('WebAssembly', found);
    const { CachedSampler: Sampler } = await import('./cached-sampler.ts');
    const { engineFor: fresh } = await import('./engine.ts');
    expect(parametersOf(model, { levels, context: undefined, kernel: undefined, Sampler })).toEqual(expected);
    const program = (model as unknown as Programmed).program({ images: 2, width: 3, context: undefined });
    expect(() => fresh(program, 'wasm')).toThrow(
      'this host has no WebAssembly with SIMD (expected "kernel": "typescript", got "wasm"). ' +
        'Leave the option out: it is found by itself',
    );
    model.dispose();
  });
});
