import { evaluate, evaluationMode, fit, trainingMode, type FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, leaked, registry, scatter } from '../../test/checks.ts';
import { VariationalDequantize } from './variational-dequantize.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const type = 'variational-dequantize';
const conditioner = { type: 'glow-network', hidden: 8 };

/** log of the density 2z on (0, 1) in every element, summed over the event. */
const logRamp = (z: tf.Tensor): tf.Tensor => tf.sum(tf.log(tf.mul(tf.reshape(z, [z.shape[0]!, -1]), 2)), 1);

describe('variational dequantization', () => {
  it('starts as uniform dequantization', () => {
    const layer = build({ type, levels: 17, conditioner }, [4, 4, 1]);
    const x = tf.fill([64, 4, 4, 1], 16);
    const { value, logDet } = layer.inverse(x);
    expect(distance(logDet, tf.fill([64], -16 * Math.log(17)))).toBeLessThan(1e-3);
    const u = tf.sub(tf.mul(value, 17), 16);
    expect(tf.mean(u).dataSync()[0]).toBeCloseTo(0.5, 1);
    expect(tf.moments(u).variance.dataSync()[0]).toBeCloseTo(1 / 12, 1);
    layer.dispose();
  });

  it('has a middle that nothing is drawn for, and that gives the integers back', () => {
    const layer = build({ type, levels: 17, conditioner }, [4, 4, 1]) as VariationalDequantize;
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
    const start = layer.middle(x);
    expect(distance(tf.mul(start, 17), tf.add(x, 0.5))).toBeLessThan(1e-4);
    scatter(layer, 2);
    const middle = layer.middle(x);
    expect(distance(tf.mul(middle, 17), tf.add(x, 0.5))).toBeGreaterThan(1e-2);
    expect(distance(layer.middle(x), middle)).toBe(0);
    expect(distance(layer.forward(middle).value, x)).toBe(0);
    expect(leaked(() => layer.middle(x).dispose())).toBe(0);
    layer.dispose();
  });

  it.each([2, 17, 256, 65_536])('gives the integers back exactly, whatever q has become: %i values', (levels) => {
    const layer = build({ type, levels, conditioner }, [2, 2, 1]);
    scatter(layer, 2);
    const x = tf.tensor4d(
      Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? levels - 1 - (i % Math.min(levels, 16)) : i % levels)).map(
        (value) => Math.max(0, value),
      ),
      [1000, 2, 2, 1],
    );
    for (const seed of [1, 2]) {
      layer.setMode(evaluationMode(seed));
      const { value, logDet } = layer.inverse(x);
      expect(distance(layer.forward(value).value, x)).toBe(0);
      expect(tf.min(value).dataSync()[0]).toBeGreaterThan(0);
      expect(tf.max(value).dataSync()[0]).toBeLessThan(1);
      expect(Array.from(logDet.dataSync()).every(Number.isFinite)).toBe(true);
    }
    layer.dispose();
  });

  it.each([[[1]], [[2, 2, 1]], [[3, 1, 2]]])(
    'weights its noise by its density: E_q[p K⁻ᴰ / q] is the probability, %o',
    (event) => {
      // K = 2 and p(z) = 2z: P(0) = 1/4, P(1) = 3/4 in every element.
      const layer = build({ type, levels: 2, conditioner }, event);
      scatter(layer, 0.3);
      const count = 60_000;
      const size = event.reduce((product, length) => product * length, 1);
      for (const [x, probability] of [
        [0, 0.25],
        [1, 0.75],
      ] as const) {
        const { value, logDet } = layer.inverse(tf.fill([count, ...event], x));
        const weights = tf.exp(tf.add(logRamp(value), logDet)).dataSync<'float32'>();
        const mean = weights.reduce((sum, each) => sum + each / count, 0);
        const error = Math.sqrt(weights.reduce((sum, each) => sum + (each - mean) ** 2, 0)) / count;
        expect(Math.abs(mean - probability ** size)).toBeLessThan(5 * error + 1e-5);
        expect(error / probability ** size).toBeLessThan(0.05);
      }
      layer.dispose();
    },
  );

  it('has minus the log-det on the way back', () => {
    const layer = build({ type, levels: 8, conditioner }, [2, 2, 2]);
    scatter(layer, 0.25);
    const { value, logDet } = layer.inverse(tf.fill([16, 2, 2, 2], 3));
    expect(distance(layer.forward(value).logDet, tf.neg(logDet))).toBeLessThan(0.05);
    layer.dispose();
  });

  it('draws the same noise within a mode, and other noise in another', () => {
    const layer = build({ type, conditioner }, [2, 2, 1]);
    const x = tf.zeros([2, 2, 2, 1]);
    const draw = (): number[] => Array.from(layer.inverse(x).value.dataSync());
    layer.setMode(trainingMode(1));
    const first = draw();
    expect(draw()).toEqual(first);
    layer.setMode(trainingMode(2));
    expect(draw()).not.toEqual(first);
    layer.dispose();
  });

  it('raises the bound by training, and importance weights raise it further', async () => {
    // Nothing else is trained: z = σ(2 + a logistic), of which all data are in the lower cell.
    const model = (dequantization: object): FlowModel =>
      registry.build<FlowModel>({
        format: 'flowzoo/model',
        version: 1,
        event: [1],
        seed: 1,
        model: {
          type: 'flow',
          base: { type: 'logistic' },
          layers: [dequantization, { type: 'logit', alpha: 1e-6 }, { type: 'shift', value: 2, trainable: false }],
        } as never,
      });
    const data = { x: tf.zeros([256, 1]) };
    const options = { draws: 8, batchSize: 256 };
    const uniform = model({ type: 'dequantize', levels: 2 });
    const learned = model({ type, levels: 2, conditioner });
    const before = await evaluate(uniform, data, options);
    await fit(learned, data, { steps: 150, batchSize: 64, optimizer: { learningRate: 0.02 }, average: null });
    const after = await evaluate(learned, data, options);
    const weighted = await evaluate(learned, data, { ...options, combine: 'log-mean-exp' });
    // P(0) is the probability of z < ½, that of a logistic below −2.
    const truth = Math.log(1 / (1 + Math.exp(2)));
    expect(after.mean).toBeGreaterThan(before.mean + 0.02);
    expect(weighted.mean).toBeGreaterThan(after.mean);
    expect(weighted.mean).toBeLessThan(truth + 0.02);
    expect(truth - weighted.mean).toBeLessThan(truth - before.mean);
    uniform.dispose();
    learned.dispose();
  });

  it('says how many values data may take', () => {
    expect(() => new VariationalDequantize({ dataShape: [1], levels: 1, steps: [] })).toThrow(
      'variational-dequantize: "levels" is the number of values that data take (expected a whole number, 2 … 65536, got 1)',
    );
  });

  it('leaves nothing behind', () => {
    const x = tf.zeros([2, 4, 4, 1]);
    expect(
      leaked(() => {
        const layer = build({ type, conditioner }, [4, 4, 1]) as VariationalDequantize;
        layer.initialize(x).dispose();
        tf.dispose(Object.values(layer.inverse(x)));
        layer.dispose();
      }),
    ).toBe(0);
  });
});
