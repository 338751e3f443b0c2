import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationMode } from '../contracts/mode.ts';
import { createRegistry, type FlowModel } from '../registry/registry.ts';
import { describeModel } from './describe.ts';

const registry = createRegistry();
const spec = (layers: object[], rest: object = {}): object => ({
  format: 'flowzoo/model',
  version: 1,
  event: [2],
  model: { type: 'flow', layers },
  ...rest,
});

describe.each(['cpu', 'wasm'])('composition on %s', (backend) => {
  let flow: FlowModel;

  beforeAll(async () => {
    await tf.setBackend(backend);
    // x = exp(2 z + 1): log-normal with location 1 and scale 2.
    flow = registry.build<FlowModel>(
      spec([
        { type: 'exp' },
        { type: 'shift', value: 1, trainable: false },
        { type: 'scale', value: 2, trainable: false },
      ]),
    );
  });
  afterAll(() => flow.dispose());

  it('runs layers from the data side and sums log-dets: a log-normal density', () => {
    const x = [0.5, 3];
    const expected = x.reduce((sum, value) => {
      const z = (Math.log(value) - 1) / 2;
      return sum - 0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - Math.log(2 * value);
    }, 0);
    const [found] = tf.tidy(() => flow.logProb(tf.tensor2d([x])).dataSync());
    expect(found).toBeCloseTo(expected, 5);
  });

  it('decodes what it encodes, and opposite log-dets belong to opposite directions', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([0.5, 3, 1, 0.1], [2, 2]);
      const { value: z, logDet } = flow.inverse(x);
      const back = flow.forward(z);
      expect(tf.max(tf.abs(tf.sub(back.value, x))).dataSync()[0]).toBeLessThan(1e-5);
      expect(tf.max(tf.abs(tf.add(back.logDet, logDet))).dataSync()[0]).toBeLessThan(1e-5);
    });
  });

  it('repeats a draw for a seed and shrinks it with the temperature', async () => {
    const draw = async (options: object): Promise<number[]> => {
      const x = await flow.sample(3, options);
      const values = [...(await x.data())];
      x.dispose();
      return values;
    };
    expect(await draw({ seed: 4 })).toEqual(await draw({ seed: 4 }));
    expect(await draw({ seed: 4 })).not.toEqual(await draw({ seed: 5 }));
    for (const value of await draw({ temperature: 0 })) expect(value).toBeCloseTo(Math.E, 5);
  });

  it('gives reparameterized draws their own density', () => {
    tf.tidy(() => {
      const { value, logProb } = flow.rsample(5, { seed: 2 });
      expect(tf.max(tf.abs(tf.sub(flow.logProb(value), logProb))).dataSync()[0]).toBeLessThan(1e-4);
    });
  });

  it('scores int32 data as it scores the same numbers', () => {
    tf.tidy(() => {
      const whole = tf.tensor2d([[1, 2]], [1, 2], 'int32');
      expect(flow.logProb(whole).dataSync()).toEqual(flow.logProb(tf.cast(whole, 'float32')).dataSync());
    });
  });

  it.each<[string, () => tf.Tensor, string, RegExp]>([
    [
      'a single example',
      () => tf.tensor1d([1, 2]),
      'E_RANK',
      /flow: x has the wrong rank \(expected \[batch, 2\], got \[2\]\)\. A single example needs a batch axis/,
    ],
    ['another width', () => tf.ones([4, 3]), 'E_EVENT_SHAPE', /expected \[batch, 2\], got \[4, 3\]/],
    ['booleans', () => tf.cast(tf.ones([4, 2]), 'bool'), 'E_DTYPE', /expected float32, got bool/],
  ])('refuses %s', (_name, make, code, message) => {
    const before = tf.memory().numTensors;
    const score = (): unknown => tf.tidy(() => flow.logProb(make()));
    expect(score).toThrow(message);
    expect(score).toThrow(expect.objectContaining({ code }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a context it has no use for, and negative counts and temperatures', async () => {
    expect(() => tf.tidy(() => flow.logProb(tf.ones([1, 2]), tf.ones([1, 1])))).toThrow(
      /is unconditional but was given/,
    );
    await expect(flow.sample(-1)).rejects.toThrow(/number of samples must be a whole number/);
    await expect(flow.sample(1, { temperature: -1 })).rejects.toThrow(/temperature must be a finite number/);
  });

  it('draws many in parts, each row as it would be alone, and can be aborted between two parts', async () => {
    const before = tf.memory().numTensors;
    const progress: number[] = [];
    const count = 140_000; // of two numbers: two parts
    const x = await flow.sample(count, { seed: 3, onProgress: ({ done }) => progress.push(done) });
    expect(progress).toEqual([131_072, count]);
    const few = await flow.sample(3, { seed: 3 });
    expect((await x.data()).slice(0, 6)).toEqual(await few.data());
    tf.dispose([x, few]);
    const controller = new AbortController();
    const aborted = flow.sample(count, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops a draw that was aborted', async () => {
    await expect(flow.sample(1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });

  it('names the first layer with a number that is not finite', async () => {
    const x = tf.tensor2d([1, 2, 3, -1], [2, 2]);
    expect(await flow.diagnose(x)).toEqual({ place: 'layers[0] (exp)', what: 'output', row: 1 });
    x.dispose();
  });

  it('leaves only its results behind', async () => {
    const before = tf.memory().numTensors;
    const x = await flow.sample(4, { seed: 1 });
    tf.dispose([x, flow.logProb(x), flow.encode(x), ...Object.values(flow.inverse(x))]);
    tf.dispose(Object.values(flow.rsample(3)));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is a no-op without layers, and one that has been disposed says so', () => {
    const empty = registry.build<FlowModel>(spec([]));
    expect(tf.tidy(() => empty.encode(tf.tensor2d([[3, 4]])).dataSync())).toEqual(Float32Array.of(3, 4));
    empty.dispose();
    expect(() => tf.tidy(() => empty.encode(tf.ones([1, 2])))).toThrow(/used after dispose/);
  });
});

describe('Invert and Chain', () => {
  it('swap directions, and nest', async () => {
    await tf.setBackend('cpu');
    const inner = { type: 'chain', layers: [{ type: 'exp' }, { type: 'scale', value: 3, trainable: false }] };
    const flow = registry.build<FlowModel>(spec([{ type: 'invert', bijector: inner }]));
    tf.tidy(() => {
      // Inverted: z = exp(3 x).
      expect(flow.encode(tf.tensor2d([[0, 0.5]])).dataSync()[1]).toBeCloseTo(Math.exp(1.5), 4);
    });
    flow.dispose();
  });

  it('refuses to invert what changes the shape', () => {
    const reshape = { type: 'invert', bijector: { type: 'reshape', shape: [2, 1] } };
    expect(() => registry.build(spec([reshape]))).toThrow(/layers\[0\]: only a layer that keeps the event shape/);
  });
});

describe('describeModel', () => {
  it('lists layers, shapes and parameters', async () => {
    await tf.setBackend('cpu');
    const flow = registry.build<FlowModel>(spec([{ type: 'scale' }, { type: 'reshape', shape: [2, 1] }]));
    expect(describeModel(flow)).toMatchObject({
      parameters: 2,
      bound: false,
      passes: { forward: 1, inverse: 1 },
      base: { type: 'standard-normal', event: [2, 1] },
      layers: [
        { path: 'layers[0]', type: 'scale', parameters: 2 },
        { type: 'reshape', dataShape: [2], latentShape: [2, 1] },
      ],
    });
    flow.dispose();
  });

  it('knows a bound by its dequantization', () => {
    const flow = registry.build<FlowModel>(spec([{ type: 'dequantize', levels: 4 }]));
    flow.setMode(evaluationMode(1));
    expect(describeModel(flow).bound).toBe(true);
    flow.dispose();
  });
});
