import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { BijectorBase, createRegistry, definePlugin, type FlowModel, type Mapped } from '@flowzoo/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inpaint } from './index.ts';

const RHO = 0.8;

/** x₁ = z₁, x₂ = ρ z₁ + √(1 − ρ²) z₂: a Gaussian whose conditional is known. */
class Correlate extends BijectorBase {
  protected computeForward(z: tf.Tensor): Mapped {
    const [first, second] = tf.split(z, 2, 1) as [tf.Tensor, tf.Tensor];
    const mixed = tf.add(tf.mul(first, RHO), tf.mul(second, Math.sqrt(1 - RHO ** 2)));
    return { value: tf.concat([first, mixed], 1), logDet: tf.fill([z.shape[0]!], 0.5 * Math.log(1 - RHO ** 2)) };
  }
  protected computeInverse(x: tf.Tensor): Mapped {
    const [first, second] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    const back = tf.div(tf.sub(second, tf.mul(first, RHO)), Math.sqrt(1 - RHO ** 2));
    return { value: tf.concat([first, back], 1), logDet: tf.fill([x.shape[0]!], -0.5 * Math.log(1 - RHO ** 2)) };
  }
}

const correlation = definePlugin({
  name: 'test-correlation',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    'test/correlate': {
      version: 1,
      schema: { type: 'object' },
      create: (config, build) =>
        Reflect.construct(Correlate, [
          { type: config.type, path: build.path, dataShape: build.dataShape },
        ]) as Correlate,
    },
  },
});

const registry = createRegistry().use(correlation);
const build = (layers: object[]): FlowModel =>
  registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [2], model: { type: 'flow', layers } });

/** Many copies of one example whose second element is hidden. */
function question(first: number, count: number): { x: tf.Tensor; mask: tf.Tensor } {
  return { x: tf.tile(tf.tensor2d([[first, NaN]]), [count, 1]), mask: tf.tensor1d([1, 0]) };
}

describe.each(['cpu', 'wasm'])('inpaint on %s', (backend) => {
  let flow: FlowModel;
  beforeAll(async () => {
    await tf.setBackend(backend);
    flow = build([{ type: 'test/correlate' }]);
  });
  afterAll(() => flow.dispose());

  it('samples the conditional by Langevin: its mean and variance', async () => {
    const count = 600;
    const { x, mask } = question(1.5, count);
    const before = tf.memory().numTensors;
    const { value, acceptance } = await inpaint(flow, { x, mask, method: 'langevin', steps: 120, seed: 5 });
    expect(tf.memory().numTensors).toBe(before + 1);
    const drawn = tf.tidy(() => [...tf.slice(value, [0, 1], [count, 1]).dataSync()]);
    const mean = drawn.reduce((sum, v) => sum + v, 0) / count;
    const variance = drawn.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
    // Standard errors: σ/√n = 0.024 and σ² √(2/n) = 0.021; four of each.
    expect(Math.abs(mean - RHO * 1.5)).toBeLessThan(0.1);
    expect(Math.abs(variance - (1 - RHO ** 2))).toBeLessThan(0.085);
    expect(acceptance).toBeGreaterThan(0.4);
    tf.dispose([x, mask, value]);
  });

  it('climbs to the conditional mode by ascent, visible elements untouched', async () => {
    const { x, mask } = question(-1, 4);
    const { value, acceptance } = await inpaint(flow, { x, mask, steps: 400, stepSize: 0.5, seed: 1 });
    const rows = await value.array();
    for (const [first, second] of rows as number[][]) {
      expect(first).toBe(-1);
      // The noise that is left at the end: step ≈ 0.01, so a few hundredths around the mode.
      expect(Math.abs(second! + RHO)).toBeLessThan(0.2);
    }
    expect(acceptance).toBeNull();
    tf.dispose([x, mask, value]);
  });

  it('gives whole numbers back where the data are', async () => {
    const discrete = build([{ type: 'dequantize', levels: 4 }, { type: 'test/correlate' }]);
    const x = tf.tensor2d([[3, 0]]);
    const mask = tf.tensor2d([[1, 0]]);
    const { value } = await inpaint(discrete, { x, mask, method: 'langevin', steps: 20 });
    const [first, second] = await value.data();
    expect(first).toBe(3);
    expect([0, 1, 2, 3]).toContain(second);
    tf.dispose([x, mask, value]);
    discrete.dispose();
  });

  it('repeats itself for a seed', async () => {
    const { x, mask } = question(0, 3);
    const run = async (seed: number): Promise<Float32Array> => {
      const { value } = await inpaint(flow, { x, mask, method: 'langevin', steps: 10, seed });
      const values = (await value.data()).slice() as Float32Array;
      value.dispose();
      return values;
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
    tf.dispose([x, mask]);
  });

  it.each<[string, number[] | number[][], object, string, RegExp]>([
    ['hides everything', [0, 0], {}, 'E_MASK', /mask: the mask hides everything .*0 of 2 visible.*use sample/],
    ['hides nothing', [1, 1], {}, 'E_MASK', /the mask hides nothing/],
    [
      'hides nothing of one row',
      [
        [1, 0],
        [1, 1],
      ],
      {},
      'E_MASK',
      /row 1: the mask hides nothing/,
    ],
    [
      'is not 0 or 1',
      [1, 0.5],
      {},
      'E_MASK',
      /element 1: a mask holds only 1 \(visible\) and 0 \(hidden\) \(expected 0 or 1, got 0\.5\)/,
    ],
    ['has another shape', [1, 0, 1], {}, 'E_MASK', /expected \[2\] or \[2, 2\], got \[3\]/],
    [
      'takes no steps',
      [1, 0],
      { steps: 0 },
      'E_OPTION',
      /steps: the option cannot have this value \(expected a whole number, 1 or more, got 0\)/,
    ],
  ])('refuses a mask that %s', async (_name, values, options, code, message) => {
    const before = tf.memory().numTensors;
    const x = tf.ones([2, 2]);
    const mask = tf.tensor(values);
    const run = inpaint(flow, { x, mask, ...options });
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ code });
    tf.dispose([x, mask]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => tf.Tensor, object, string, string]>([
    ['no batch axis', () => tf.ones([2]), {}, 'E_RANK', 'inpaint: x has the wrong rank (expected [batch, 2], got [2])'],
    ['another width', () => tf.ones([2, 3]), {}, 'E_EVENT_SHAPE', 'x has the wrong event shape (expected [batch, 2]'],
    ['no example', () => tf.ones([0, 2]), {}, 'E_DATA_EMPTY', 'x: there is no example to fill in'],
    ['a flag per element', () => tf.ones([1, 2], 'bool'), {}, 'E_DTYPE', 'expected float32, got bool'],
    [
      'a visible value that is not finite',
      () => tf.tensor2d([1, 2, Infinity, 3], [2, 2]),
      {},
      'E_DATA_NOT_FINITE',
      'x, row 1, column 0: a visible value is not finite (expected finite numbers, got Infinity). Rows and columns',
    ],
    ['a method that is none', () => tf.ones([1, 2]), { method: 'gibbs' }, 'E_OPTION', 'method: the option cannot have'],
    ['a step size of NaN', () => tf.ones([1, 2]), { stepSize: NaN }, 'E_OPTION', 'stepSize: the option cannot have'],
    ['a clip norm of 0', () => tf.ones([1, 2]), { clipNorm: 0 }, 'E_OPTION', 'clipNorm: the option cannot have'],
    ['a negative seed', () => tf.ones([1, 2]), { seed: -1 }, 'E_OPTION', 'seed: the option cannot have'],
  ])('refuses %s and leaves nothing behind', async (_name, examples, options, code, message) => {
    const before = tf.memory().numTensors;
    const x = examples();
    const mask = tf.tensor1d([1, 0]);
    const run = inpaint(flow, { x, mask, ...options });
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ code });
    tf.dispose([x, mask]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("passes on what the caller's progress hook throws, and leaves nothing behind", async () => {
    const { x, mask } = question(0, 2);
    const before = tf.memory().numTensors;
    const onProgress = (): never => {
      throw new Error('by the caller');
    };
    for (const method of ['ascent', 'langevin'] as const) {
      await expect(inpaint(flow, { x, mask, method, onProgress })).rejects.toThrow('by the caller');
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, mask]);
  });

  it('stops when aborted and leaves nothing behind', async () => {
    const { x, mask } = question(0, 2);
    const before = tf.memory().numTensors;
    for (const method of ['ascent', 'langevin'] as const) {
      const controller = new AbortController();
      const onProgress = ({ done }: { done: number }): void => {
        if (done === 2) controller.abort();
      };
      const run = inpaint(flow, { x, mask, method, steps: 50, signal: controller.signal, onProgress });
      await expect(run).rejects.toMatchObject({ code: 'E_ABORTED' });
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, mask]);
  });
});
