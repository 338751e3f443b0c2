import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomLevels } from '../../test/image-models.ts';
import { waveModel } from '../../test/wave-models.ts';
import type { WaveNet } from './index.ts';

const SIGNALS = 4;

/** For each step, the distances to the earlier (positive) and later steps that its parameters depend on. */
function distances(model: WaveNet, context?: tf.Tensor): number[][] {
  const time = model.eventShape[0]!;
  const gradient = tf.tidy(() => {
    // A copy of the signals for every step, so that one backward pass gives all rows of the Jacobian.
    const x = tf.tile(randomLevels([SIGNALS, time], model.levels, 'dependence'), [time, 1]);
    const own = context === undefined ? undefined : tf.tile(context, [time, 1]);
    const chosen = tf.reshape(tf.eye(time), [time, 1, time, 1]);
    const score = (signals: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(tf.reshape(model.headParameters(signals, own), [time, SIGNALS, time, -1]), chosen));
    return tf.grad(score)(x).dataSync();
  });
  return Array.from({ length: time }, (_, t) => {
    const seen: number[] = [];
    for (let from = 0; from < time; from++) {
      const any = Array.from({ length: SIGNALS }, (_value, i) => gradient[(t * SIGNALS + i) * time + from]!);
      if (any.some((value) => value !== 0)) seen.push(t - from);
    }
    return seen;
  });
}

/** All earlier steps within the receptive field, farthest first. */
const whole = (t: number, field: number): number[] =>
  Array.from({ length: Math.min(t, field) }, (_, i) => Math.min(t, field) - i);

describe.each(['cpu', 'wasm'])('what a step sees, on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each([
    [{ dilations: [1], kernel: 2 }, 2],
    [{ dilations: [1], kernel: 3 }, 3],
    [{ dilations: [1, 2, 4], kernel: 2 }, 8],
    [{ dilations: [1, 3], kernel: 3 }, 9],
    [{ dilations: [1, 2], kernel: 2, stacks: 2 }, 7],
    [{ dilations: [1, 2, 4, 8, 16], kernel: 2, head: 'logistic-mixture', components: 2 }, 32],
  ])('%j: the %i steps before it, each of them, and none later', (config, field) => {
    const model = waveModel({ levels: 8, features: 8, ...config }, { time: 14 });
    expect(model.receptiveField).toBe(field);
    expect(distances(model)).toEqual(Array.from({ length: 14 }, (_, t) => whole(t, field)));
    model.dispose();
  });

  it('a dilation may leave gaps, and only those', () => {
    const model = waveModel({ levels: 8, features: 8, dilations: [3], kernel: 3 }, { time: 10 });
    const seen = distances(model);
    seen.forEach((found, t) => expect(found).toEqual([7, 4, 1].filter((distance) => distance <= t)));
    model.dispose();
  });

  it('conditions open no way to the future', () => {
    const config = { levels: 8, features: 8, dilations: [1, 2], local: { features: 2, hop: 3 } };
    const model = waveModel(config, { time: 7, contextSize: 8 });
    const context = randomLevels([SIGNALS, 8], 4, 'context');
    expect(distances(model, context)).toEqual(Array.from({ length: 7 }, (_, t) => whole(t, 4)));
    tf.dispose(context);
    model.dispose();
  });

  it('a step sees the frame of its own time through the layers, and no later frame', () => {
    const config = { levels: 8, features: 8, dilations: [1], local: { features: 1, hop: 3 } };
    const model = waveModel(config, { time: 8, contextSize: 3 });
    const x = randomLevels([1, 8], 8);
    for (let t = 0; t < 8; t++) {
      const gradient = tf.tidy(() => {
        const score = (context: tf.Tensor): tf.Tensor =>
          tf.sum(tf.slice(model.headParameters(x, context), [0, t, 0], [1, 1, -1]));
        return tf
          .grad(score)(tf.tensor2d([0.3, -0.5, 1], [1, 3]))
          .dataSync();
      });
      // One layer of dilation 1: the conditions of its own sums only.
      expect(Array.from(gradient, (value) => value !== 0)).toEqual([0, 1, 2].map((f) => f === Math.floor(t / 3)));
    }
    x.dispose();
    model.dispose();
  });
});
