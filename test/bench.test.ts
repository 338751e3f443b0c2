import type { FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from './workspace.ts';

interface Case {
  readonly name: string;
  readonly work: string;
  /** Kernels alone have none. */
  readonly rival?: string;
  readonly prepare: () => unknown;
}
interface Times {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly repeats: number;
}
interface Bench {
  readonly cases: readonly Case[];
  readonly selectCases: (cases: readonly Case[], wanted: readonly string[]) => { selected: Case[]; unknown: string[] };
  readonly summarizeTimes: (times: readonly number[]) => Times;
  readonly measureInTurn: (
    subjects: readonly object[],
    options: { readonly seconds: number; readonly rounds?: number },
  ) => Promise<number[][]>;
  readonly resultOf: (each: object, measured: object) => object;
  readonly tableOf: (results: readonly object[]) => string;
  readonly isScaled: (results: readonly object[]) => boolean;
  readonly flowOf: (options: object) => FlowModel;
  readonly couplings: (options: object) => object[];
  readonly stockCouplings: (options: object) => {
    readonly variables: tf.Variable[];
    readonly logProb: (x: tf.Tensor) => tf.Tensor;
  };
  readonly glowOf: (options: object) => FlowModel;
  readonly stockGlow: (options: object) => {
    readonly variables: tf.Variable[];
    /** Of each 1×1 convolution: permutation, signs, and constants. */
    readonly fixed: tf.Variable[][];
    readonly logProb: (x: tf.Tensor) => tf.Tensor;
    readonly decode: (z: tf.Tensor) => tf.Tensor;
    readonly prepare: () => tf.Tensor[];
  };
  readonly stockPlanar: (options: object) => { readonly variables: tf.Variable[] };
  readonly stockDraw: (model: object, z: tf.Tensor) => { readonly x: tf.Tensor; readonly logProb: tf.Tensor };
}

/** The programs of bench/ are plain JavaScript: their types are those above. */
async function load(): Promise<Bench> {
  const modules = await Promise.all(
    ['cases', 'select', 'measure', 'report', 'models', 'stock', 'glow-cases', 'stock-glow'].map(
      (name) => import(pathToFileURL(join(root, 'bench', `${name}.mjs`)).href),
    ),
  );
  return Object.assign({}, ...modules) as Bench;
}

const bench = await load();
const { cases, selectCases, summarizeTimes, measureInTurn, resultOf, tableOf } = bench;
const names = cases.map(({ name }) => name);

describe('the benchmark', () => {
  it('names each case once, says its work, and has a rival that knows it', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { name, work, rival } of cases) {
      expect(work.length, name).toBeGreaterThan(20);
      if (rival === undefined) continue;
      const path = join(root, 'bench/rivals', rival);
      expect(existsSync(path), path).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain(`"${name}": `);
    }
  });

  it('selects by name and by the beginning of a name', () => {
    const found = selectCases(cases, ['realnvp-log-prob', 'planar-train']);
    expect(found.selected.map(({ name }) => name)).toEqual([
      'planar-train',
      'realnvp-log-prob-1',
      'realnvp-log-prob-256',
      'realnvp-log-prob-4096',
    ]);
    expect(selectCases(cases, []).selected).toHaveLength(cases.length);
    expect(selectCases(cases, ['nothing', 'rqs']).unknown).toEqual(['nothing']);
  });

  it('takes the median and the tenths of the times', () => {
    expect(summarizeTimes([5, 1, 3])).toEqual({ median: 3, low: 1.4, high: 4.6, repeats: 3 });
    expect(summarizeTimes([4, 1, 2, 3]).median).toBe(2.5);
  });

  it('measures calls and steps in turn, once each when there is no time', async () => {
    const seen: string[] = [];
    const calls = { run: () => seen.push('call') };
    const steps = {
      async train({ signal, onStep }: { readonly signal: AbortSignal; readonly onStep: () => void }): Promise<void> {
        while (!signal.aborted) {
          seen.push('step');
          onStep();
          await Promise.resolve();
        }
      },
    };
    const [ofCalls, ofSteps] = await measureInTurn([calls, steps], { seconds: 0 });
    expect([ofCalls!.length, ofSteps!.length]).toEqual([1, 1]);
    // The first step starts the clock.
    expect(seen).toEqual(['call', 'step', 'step']);
    const rounds = await measureInTurn([calls, steps], { seconds: 1e-6, rounds: 2 });
    for (const times of rounds) expect(times.length).toBeGreaterThanOrEqual(4);
  });

  it('prints ratios where there is something to compare with', () => {
    const times = (median: number): Times => ({ median, low: median, high: median, repeats: 7 });
    const slow = resultOf(
      { name: 'slow', work: 'much', operations: 4e9 },
      {
        ours: times(200),
        stock: times(1800),
        rivals: [
          { threads: 1, median: 100 },
          { threads: 2, median: 50 },
        ],
      },
    );
    const quick = resultOf({ name: 'quick', work: 'little' }, { ours: times(0.12345), rivals: [] });
    expect(slow).toMatchObject({ gigaflops: 20, stockRatio: 9, rivals: [{ ratio: 0.5 }, { ratio: 0.25 }] });
    expect(tableOf([slow, quick]).split('\n')).toEqual([
      'case      ms  repeats  GF/s  stock ms  stock ÷ ours  torch 1 ms  ÷ ours  torch 2 ms  ÷ ours',
      '-----  -----  -------  ----  --------  ------------  ----------  ------  ----------  ------',
      'slow     200        7    20      1800            9×         100    0.5×          50   0.25×',
      'quick  0.123        7     -         -             -           -       -           -       -',
    ]);
    expect(tableOf([quick]).split('\n')[0]).toBe('case      ms  repeats  GF/s  stock ms  stock ÷ ours');
  });
});

describe('scaled times', () => {
  it('are marked in the table', () => {
    const times = (median: number, scale?: number): object => ({ median, repeats: 3, ...(scale && { scale }) });
    const measured = (scale: number): object => ({
      ours: times(10),
      stock: times(5000, scale),
      rivals: [{ threads: 1, ...times(1000, scale) }],
    });
    const results = [784, 1].map((scale) => resultOf({ name: 'draw', work: 'much' }, measured(scale)));
    const [, , scaled, whole] = tableOf(results).split('\n');
    expect(scaled!.split(/ +/)).toEqual(['draw', '10', '3', '-', '5000*', '500×', '1000*', '100×']);
    expect(whole!.split(/ +/)).toEqual(['draw', '10', '3', '-', '5000', '500×', '1000', '100×']);
    expect([bench.isScaled(results), bench.isScaled(results.slice(1))]).toEqual([true, false]);
  });
});

describe('the stock programs', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const expectSame = (ours: tf.Tensor, stock: tf.Tensor): void => {
    const expected = stock.dataSync();
    expect(ours.shape).toEqual(stock.shape);
    ours.dataSync().forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
  };

  it.each([
    [true, 'affine-coupling', 'standard-normal'],
    [false, 'additive-coupling', 'logistic'],
  ])('give the log-density of our couplings at the same weights (affine: %s)', (affine, type, base) => {
    const shape = { features: 6, count: 3, hidden: [5, 4] };
    const layers = [...bench.couplings({ type, ...shape }), ...(affine ? [] : [{ type: 'scaling' }])];
    const flow = bench.flowOf({ features: 6, layers, base });
    const stock = bench.stockCouplings({ ...shape, affine });
    // The scaling starts at the identity in both.
    const ours = [...flow.variables.values()];
    stock.variables.forEach((variable, index) => {
      // Our parameters lie feature by feature, shift and scale side by side; those of the stock program lie in halves.
      const own = ours[index]!;
      const paired = affine && index % 6 >= 4;
      variable.assign(paired ? tf.gather(own, [0, 2, 4, 1, 3, 5], own.rank - 1) : own);
    });
    const x = tf.randomNormal([7, 6], 0, 1, 'float32', 3);
    expectSame(flow.logProb(x), stock.logProb(x));
    tf.dispose([x, ...stock.variables]);
    flow.dispose();
  });

  it('give the draw and the density of our planar layers at the same weights', () => {
    const flow = bench.flowOf({ features: 3, layers: [{ type: 'planar', layers: 4, minimumSlope: 0 }] });
    const stock = bench.stockPlanar({ features: 3, count: 4 });
    // Ours are listed from the data side, and one variable holds all layers.
    const rows = [...flow.variables.values()].map((variable) => tf.unstack(variable).reverse());
    stock.variables.forEach((variable, index) =>
      variable.assign(tf.reshape(rows[index % 3]![Math.floor(index / 3)]!, variable.shape)),
    );
    const z = tf.randomNormal([7, 3], 0, 1, 'float32', 3);
    const { x, logProb } = bench.stockDraw(stock, z);
    const { value, logDet } = flow.forward(z);
    expectSame(value, x);
    expectSame(tf.sub(flow.base.logProb(z), logDet), logProb);
    tf.dispose([...rows.flat(), z, x, logProb, value, logDet, ...stock.variables]);
    flow.dispose();
  });

  it('give the log-density and the images of our Glow at the same weights', () => {
    const options = { event: [4, 4, 2], levels: 2, steps: 2, width: 3 };
    const [flow, stock] = [bench.glowOf(options), bench.stockGlow(options)];
    const inverses = tf.tidy(() => {
      const ours = [...flow.variables];
      stock.variables.forEach((variable, index) => {
        const [name, own] = ours[index]!;
        // A rotation and its signs stay; everything else starts too near zero to show a difference.
        if (!name.endsWith('factors')) own.assign(tf.randomNormal(own.shape, 0, 0.1, 'float32', index + 1));
        // Ours lie channel by channel, shift and scale side by side; those of the stock program lie in halves.
        const paired = /(last|layer)\./.test(name);
        const channels = own.shape.at(-1)!;
        const halves = Array.from({ length: channels }, (_, i) => (i < channels / 2 ? 2 * i : 2 * i - channels + 1));
        variable.assign(paired ? tf.gather(own, halves, own.rank - 1) : own);
      });
      const [orders, signs] = ['convolution.permutation', 'convolution.sign'].map((end) =>
        [...flow.state].filter(([name]) => name.endsWith(end)).map(([, value]) => value),
      );
      stock.fixed.forEach(([permutation, sign], index) => {
        permutation!.assign(
          tf.transpose(tf.cast(tf.oneHot(orders![index]! as tf.Tensor1D, permutation!.shape[0]!), 'float32')),
        );
        sign!.assign(signs![index]!);
      });
      return stock.prepare().map((each) => tf.keep(each));
    });
    const x = tf.randomNormal([5, 4, 4, 2], 0, 1, 'float32', 3);
    expectSame(flow.logProb(x), stock.logProb(x));
    const z = tf.randomNormal([5, 32], 0, 1, 'float32', 4);
    expectSame(flow.forward(z).value, stock.decode(z));
    tf.dispose([x, z, ...inverses, ...stock.variables, ...stock.fixed.flat()]);
    flow.dispose();
  });
});
