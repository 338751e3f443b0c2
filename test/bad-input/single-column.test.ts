import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { evaluate, fit, type FlowModel } from '@flowzoo/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { affine, data, registry, specOf } from './refuses.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe('a single column, D = 1', () => {
  const masks = ['alternating', 'halves', 'channel', 'checkerboard'];
  const types = ['additive-coupling', 'affine-coupling', 'rational-quadratic-spline-coupling'];
  const column = { shape: [32, 1], values: data.values };

  it.each(types.flatMap((type) => masks.flatMap((mask) => [0, 1].map((parity) => ({ type, mask, parity })))))(
    '$type, $mask, parity $parity: trains, samples, goes there and back',
    async ({ type, mask, parity }) => {
      const before = tf.memory().numTensors;
      const layer = { ...affine, type, mask, parity };
      const model = registry.build<FlowModel>(
        specOf([{ type: 'standardize' }, layer, { type: 'scaling' }], { event: [1] }),
      );
      const untrained = (await evaluate(model, column).catch(() => null)) === null;
      expect(untrained).toBe(true);
      const { unusedVariables } = await fit(model, column, { steps: 3 });
      expect(unusedVariables).toEqual([]);
      const samples = await model.sample(5, { seed: 1 });
      tf.tidy(() => {
        const there = model.inverse(samples);
        const back = model.forward(there.value);
        const error = tf.max(tf.abs(tf.sub(back.value, samples)));
        expect(error.dataSync()[0]).toBeLessThan(1e-4);
        expect(tf.max(tf.abs(tf.add(there.logDet, back.logDet))).dataSync()[0]).toBeLessThan(1e-4);
        expect(model.logProb(samples).dataSync().every(Number.isFinite)).toBe(true);
      });
      samples.dispose();
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('a single pixel, with a convolutional network', () => {
    const conditioner = { type: 'convnet', hidden: 4 };
    const model = registry.build<FlowModel>(specOf([{ ...affine, conditioner }], { event: [1, 1, 1] }));
    const shape = tf.tidy(() => model.logProb(tf.ones([3, 1, 1, 1])).shape);
    expect(shape).toEqual([3]);
    model.dispose();
  });
});
