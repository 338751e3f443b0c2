import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '../src/addon.ts';
import { isCompiled, numbers } from './compiled.ts';
import { Heap } from './guarded-heap.ts';
import { randomProgram, runInFloat64, type SamplerProgram, settingsOf } from './sampler-programs.ts';

interface Wanted {
  readonly batch: number;
  readonly settings?: Float32Array;
  readonly activation?: number;
  readonly threads?: number;
}

const addon = (threads = 1): Addon => {
  const loaded = loadAddon();
  loaded.setThreads(threads);
  return loaded;
};

const inputOf = (batch: number, size: number): Float32Array => numbers(batch * size, 3);
const contextOf = (batch: number): Float32Array => numbers(batch * 3, 4);

/** The features and their log-derivatives of all examples; what lies beside the tensors stays as it was. */
function run(program: SamplerProgram, { batch, settings = settingsOf({}), activation = 3, threads = 1 }: Wanted) {
  const size = program.order.length;
  const outputs = [new Float32Array(batch * size), new Float32Array(batch * size)];
  const heap = new Heap(contextOf(batch), ...outputs, inputOf(batch, size));
  const [context, value, log, input] = heap.at as [number, number, number, number];
  const { contexts, instructions, weights, rows, logRow } = program;
  const orders = Int32Array.from([...program.order, ...contexts.flatMap(({ order }) => [...order])]);
  const contextWords = Int32Array.from(contexts.flatMap(({ order, row }) => [context, order.length, row]));
  try {
    addon(threads).samplers['incremental']!(
      heap.buffer,
      instructions,
      weights,
      settings,
      orders,
      contextWords,
      input,
      value,
      log,
      batch,
      size,
      rows,
      logRow,
      activation,
      0.3,
    );
  } finally {
    heap.expectGuards();
  }
  return { value: heap.floats(1, batch * size), log: heap.floats(2, batch * size) };
}

function expectRight(program: SamplerProgram, wanted: Wanted): void {
  const { batch, settings = settingsOf({}), activation = 3 } = wanted;
  const size = program.order.length;
  const { value, log } = run(program, wanted);
  const [inputs, contexts] = [inputOf(batch, size), contextOf(batch)];
  for (let example = 0; example < batch; example++) {
    const input = inputs.subarray(example * size, (example + 1) * size);
    const context = contexts.subarray(example * 3, (example + 1) * 3);
    const exact = runInFloat64(program, { settings, activation, input, context });
    const scale = Math.max(1, ...exact.map(Math.abs));
    for (let i = 0; i < size; i++) {
      const place = example * size + i;
      expect(Math.abs(value[place]! - exact[i]!) / scale, `value ${place}`).toBeLessThan(1e-5);
      expect(Math.abs(log[place]! - exact[size + i]!) / scale, `log ${place}`).toBeLessThan(1e-5);
    }
  }
}

describe.runIf(isCompiled)('the sampler of masked networks', () => {
  it.each([1, 2, 3, 15, 16, 17, 31, 33, 48, 49, 64, 65, 130])('finds what float64 finds: batch %i', (batch) => {
    for (const [n, size] of [1, 2, 5, 19].entries()) expectRight(randomProgram(size, 10 * batch + n), { batch });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('with every activation: %i', (activation) => {
    for (const batch of [1, 20]) expectRight(randomProgram(7, 50 + activation), { batch, activation });
  });

  it.each([
    ...[0, 1, 2, 3, 4, 5].map((formula) => ({ formula, map: formula > 3 ? 1 : 0 })),
    { formula: 0, scaled: 0 },
    { formula: 2, scaled: 0 },
    { squash: 1 },
    { squash: 2 },
    { map: 1, floor: 0.2 },
    { map: 2 },
    { map: 2, floor: 0.1, ceiling: 0.9 },
    { map: 1, ceiling: 0.6 },
    { low: -0.1 },
  ])('with every affine transformer: %j', (given) => {
    // What the gate formulas take without the gain.
    const settings = settingsOf(given);
    if ((given.formula ?? 0) > 3) settings[3] = 1;
    for (const batch of [1, 20]) expectRight(randomProgram(6, 80), { batch, settings });
  });

  it('gives an example the same bits in every batch of more than one, on any number of threads', () => {
    // Enough work for two threads.
    const program = randomProgram(40, 7);
    const { value } = run(program, { batch: 300 });
    expect(run(program, { batch: 300, threads: 2 }).value).toEqual(value);
    for (const batch of [2, 16, 33, 64, 100]) {
      expect(run(program, { batch }).value).toEqual(value.subarray(0, batch * 40));
    }
  });

  it('does nothing for no examples', () => {
    expect(run(randomProgram(3, 1), { batch: 0 }).value).toHaveLength(0);
  });
});

describe.runIf(isCompiled)('programs that are wrong', () => {
  const good = randomProgram(5, 3);
  const at = (operation: number): number => good.instructions.findIndex((word, i) => i % 8 === 0 && word === operation);
  const tampered = (place: number, value: number): SamplerProgram => ({
    ...good,
    instructions: good.instructions.with(place, value),
  });
  const [start, groups, singles, finish, transform] = [at(1), at(2), at(3), at(4), at(5)];

  it.each([
    ['an operation that there is not', tampered(start, 6), /instruction \d+ of a sampler is none that there is/],
    ['a negative row', tampered(start + 1, -1), /names rows that are not there/],
    ['a count beyond the state', tampered(start + 2, good.rows), /names rows/],
    ['a bias beyond the weights', tampered(start + 3, good.weights.length), /names weights that are not there/],
    ['an addend beyond the state', tampered(start + 4, good.rows - 1), /names rows/],
    ['a negative addend that is not none', tampered(start + 4, -2), /names rows/],
    ['groups beyond the state', tampered(groups + 2, 2 ** 29), /names rows/],
    ['sources beyond the state', tampered(groups + 4, 2 ** 31 - 1), /names rows/],
    ['no sources', tampered(groups + 4, 0), /adds nothing/],
    ['weights of groups beyond the end', tampered(groups + 5, good.weights.length - 3), /names weights/],
    ['a source beyond the state', tampered(singles + 3, good.rows), /names rows/],
    ['negative weights', tampered(singles + 5, -4), /names weights/],
    ['a gate beyond the state', tampered(finish + 3, good.rows), /names rows/],
    ['a copy beyond the state', tampered(finish + 5, 2 ** 31 - 1), /names rows/],
    ['a feature beyond the state', tampered(transform + 1, good.rows), /names rows/],
    ['parameters that end beyond the state', tampered(transform + 2, good.rows - 1), /names rows/],
    ['a log-derivative before the state', tampered(transform + 3, -5), /names rows/],
    ['no end', tampered(good.instructions.length - 8, 1), /the last one and no end/],
    ['half an instruction', { ...good, instructions: good.instructions.subarray(3) }, /is not whole/],
    ['no instructions', { ...good, instructions: new Int32Array() }, /is not whole/],
    ['an order that names no column', { ...good, order: good.order.with(2, 5) }, /order names no column/],
    ['fewer rows', { ...good, rows: 20 }, /names rows|rows are not there/],
    ['log-derivatives behind the state', { ...good, logRow: good.rows - 4 }, /rows are not there/],
    [
      'a context beyond the state',
      { ...good, contexts: [{ ...good.contexts[0]!, row: good.rows }] },
      /rows are not there/,
    ],
    ['fewer weights', { ...good, weights: good.weights.subarray(40) }, /names weights/],
  ])('are refused: %s', (_, program, message) => {
    for (const batch of [1, 3, 70]) {
      expect(() => run(program, { batch })).toThrow(RangeError);
      expect(() => run(program, { batch })).toThrow(message);
    }
  });

  it('are refused with other arguments that are wrong', () => {
    expect(() => run(good, { batch: 2, settings: new Float32Array(12) })).toThrow('another number of settings');
    expect(() => run(good, { batch: 2, activation: 9 })).toThrow('an activation that there is not');
    const sampler = addon().samplers['incremental']!;
    const heap = new ArrayBuffer(64);
    const given = [good.instructions, good.weights, settingsOf({}), good.order, Int32Array.of(), 0, 20, 40];
    const sizes = [1, 5, good.rows, good.logRow, 1, 0];
    expect(() => sampler(heap, ...given, ...sizes)).not.toThrow();
    expect(() => sampler(heap, ...given, ...sizes.with(0, 2))).toThrow(/do not lie inside the heap/);
    expect(() => sampler(heap, ...given, ...sizes.with(0, 2 ** 31))).toThrow(RangeError);
    expect(() => sampler(heap, ...given.with(4, Int32Array.of(0, 3)), ...sizes)).toThrow(
      'each context has three words',
    );
    expect(() => sampler(heap, ...given.with(4, Int32Array.of(0, -3, 0)), ...sizes)).toThrow(RangeError);
    expect(() => sampler(heap, ...given.with(4, Int32Array.of(0, 3, 5)), ...sizes)).toThrow('order is too short');
    expect(() => sampler(heap, ...given.with(7, 48), ...sizes)).toThrow(/do not lie inside the heap/);
    // Arrays of another kind, and memory that other threads could change after it was checked.
    expect(() => sampler(heap, ...given.with(0, new Float32Array(8)), ...sizes)).toThrow(TypeError);
    expect(() => sampler(heap, ...given.with(1, 5), ...sizes)).toThrow(TypeError);
    const shared = new Int32Array(new SharedArrayBuffer(good.instructions.byteLength));
    shared.set(good.instructions);
    expect(() => sampler(heap, ...given.with(0, shared), ...sizes)).toThrow(TypeError);
  });

  it('never write beside their state, whatever word is changed', () => {
    let refused = 0;
    const words = [
      -1,
      -2,
      0,
      1,
      2,
      3,
      5,
      60,
      2 ** 31 - 1,
      -(2 ** 31),
      good.rows - 1,
      good.rows,
      good.weights.length - 1,
    ];
    for (let place = 0; place < good.instructions.length; place++) {
      for (const word of words) {
        try {
          run(tampered(place, word), { batch: 1 + (place % 2) * 16 });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(good.instructions.length);
  });
});
