import { createRegistry, Random, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { scatter } from '../../test/image-models.ts';
import { autoregressive } from '../plugin.ts';
import {
  closedFormDivergence,
  distill,
  drawStudent,
  gaussianKl,
  powerLoss,
  powerSpectrum,
  sampledDivergence,
} from './index.ts';

const TIME = 6;
const registry = createRegistry().use(autoregressive);

function flow(
  type: string,
  options: { count?: number; base?: string; scale?: number; contextSize?: number } = {},
): Flow {
  const { count = 1, base = 'standard-normal', scale = 0.5, contextSize = 0 } = options;
  const layer = { type, features: 6, dilations: [1, 2] };
  const layers = Array.from({ length: count }, () => layer);
  const config = { type: 'flow', base: { type: base }, layers };
  const built = registry.distribution(config, { eventShape: [TIME], contextSize, path: type }) as Flow;
  if (scale > 0) scatter(built, scale);
  return built;
}

/** Mean and standard error. */
function summary(values: ArrayLike<number>): { mean: number; error: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
  return { mean, error: Math.sqrt(variance / all.length) };
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('divergences', () => {
  it('of Gaussians have their formula, and are 0 for the same', () => {
    const kl = (q: [number, number], p: [number, number]): number =>
      tf.tidy(() => {
        const of = ([mean, logScale]: [number, number]) => ({ mean: tf.scalar(mean), logScale: tf.scalar(logScale) });
        return gaussianKl(of(q), of(p)).dataSync()[0]!;
      });
    expect(kl([1, 0], [0, 0])).toBeCloseTo(0.5, 6);
    expect(kl([0.3, -0.7], [0.3, -0.7])).toBeCloseTo(0, 6);
    // log 2 + (1 + 9) / 8 − 1/2.
    expect(kl([3, 0], [0, Math.log(2)])).toBeCloseTo(Math.LN2 + 0.75, 5);
  });

  it('by steps in closed form, by draws of steps, and by whole signals agree within their errors', () => {
    const [teacher, student] = [flow('wavenet-flow', { scale: 0.9 }), flow('wavenet-iaf', { count: 2 })];
    const options = { count: 4000, seed: 3 };
    const found = tf.tidy(() => {
      const drawn = student.rsample(4000, { seed: 3 });
      return [
        closedFormDivergence(teacher, student, options).divergence.dataSync(),
        sampledDivergence(teacher, student, { ...options, draws: 2 }).divergence.dataSync(),
        tf.sub(drawn.logProb, teacher.logProb(drawn.value)).dataSync(),
      ].map(summary);
    });
    const [closed, sampled, whole] = found as [ReturnType<typeof summary>, ReturnType<typeof summary>, never];
    expect(closed.mean).toBeGreaterThan(0.1);
    expect(Math.abs(sampled.mean - closed.mean)).toBeLessThan(4 * (sampled.error + closed.error));
    const direct = whole as ReturnType<typeof summary>;
    expect(Math.abs(direct.mean - closed.mean)).toBeLessThan(4 * (direct.error + closed.error));
    // Less is left to chance.
    expect(closed.error).toBeLessThan(sampled.error);
    teacher.dispose();
    student.dispose();
  });

  it('by draws are right for logistic noise too', () => {
    const base = 'logistic';
    const [teacher, student] = [flow('wavenet-flow', { base }), flow('wavenet-iaf', { base })];
    const [sampled, whole] = tf.tidy(() => {
      const drawn = student.rsample(4000, { seed: 1 });
      return [
        summary(sampledDivergence(teacher, student, { count: 4000, seed: 1 }).divergence.dataSync()),
        summary(tf.sub(drawn.logProb, teacher.logProb(drawn.value)).dataSync()),
      ] as const;
    }) as unknown as [ReturnType<typeof summary>, ReturnType<typeof summary>];
    expect(Math.abs(sampled.mean - whole.mean)).toBeLessThan(4 * (sampled.error + whole.error));
    expect(() => closedFormDivergence(teacher, student, { count: 1 })).toThrow(
      'flow: this flow cannot be distilled step by step (expected a standard-normal base, got logistic)',
    );
    teacher.dispose();
    student.dispose();
  });

  it('a draw of a student is what its flow draws, taken apart into steps', () => {
    const student = flow('wavenet-iaf', { count: 3 });
    tf.tidy(() => {
      const { value, mean, logScale } = drawStudent(student, { count: 5, seed: 2 });
      const whole = student.rsample(5, { seed: 2 });
      const noise = student.base.rsample!(5, { seed: 2 }).value;
      const off = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      expect(off(value, whole.value)).toBeLessThan(1e-5);
      expect(off(value, tf.add(mean, tf.mul(tf.exp(logScale), noise)))).toBeLessThan(1e-5);
    });
    const teacher = flow('wavenet-flow');
    expect(() => drawStudent(teacher, { count: 1 })).toThrow(
      'wavenet-flow: this layer cannot be distilled step by step (expected wavenet-iaf, got wavenet-flow)',
    );
    teacher.dispose();
    student.dispose();
  });
});

describe('distill', () => {
  it('lowers the divergence to its minimum, 0, and leaves the teacher and the memory alone', async () => {
    const [teacher, student] = [flow('wavenet-flow', { scale: 0 }), flow('wavenet-iaf', { scale: 0.5 })];
    // A teacher whose steps are N(0.8, e^−0.6 …) whatever came before: a student can be just that.
    const bias = [...teacher.variables].find(([name]) => name.endsWith('output.1.bias'))![1];
    tf.tidy(() => bias.assign(tf.tensor1d([0.8, -0.6])));
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const { divergence } = await distill(teacher, student, {
      steps: 60,
      optimizer: { learningRate: 0.05 },
      average: null,
      onEvent: (event) => void (event.type === 'step' && losses.push(event.loss)),
    });
    expect(losses[0]).toBeGreaterThan(1);
    expect(divergence!.value).toBeGreaterThan(-1e-5);
    expect(divergence!.value).toBeLessThan(0.05);
    expect(Array.from(bias.dataSync())[0]).toBeCloseTo(0.8, 6);
    expect(tf.memory().numTensors).toBe(before);
    teacher.dispose();
    student.dispose();
  });

  it('takes contexts and the power loss, can be aborted, and checks its options', async () => {
    const teacher = flow('wavenet-flow', { contextSize: 2 });
    const student = flow('wavenet-iaf', { contextSize: 2 });
    const context = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
    const real = tf.tensor2d(new Random(1).normals(3 * TIME), [3, TIME]);
    const options = {
      steps: 2,
      samples: 4,
      context,
      estimator: 'sampled',
      power: { real, weight: 1, frame: 4 },
    } as const;
    const before = tf.memory().numTensors;
    const { divergence } = await distill(teacher, student, options);
    expect(divergence!.standardError).toBeGreaterThan(0);
    const control = new AbortController();
    const aborted = await distill(teacher, student, {
      ...options,
      signal: control.signal,
      onEvent: ({ type }) => void (type === 'step' && control.abort()),
    });
    expect(aborted).toMatchObject({ reason: 'aborted', steps: 1, divergence: null });
    expect(tf.memory().numTensors).toBe(before);
    await expect(distill(teacher, student, { ...options, steps: 0 })).rejects.toMatchObject({ code: 'E_OPTION' });
    const none = tf.zeros<tf.Rank.R2>([0, 2]);
    await expect(distill(teacher, student, { ...options, context: none })).rejects.toThrow(
      'there are no conditions to draw signals for',
    );
    none.dispose();
    tf.dispose([context, real]);
    teacher.dispose();
    student.dispose();
  });
});

describe('the power loss', () => {
  it('sees the frequency of a tone, and is 0 between a signal and itself', () => {
    tf.tidy(() => {
      const tone = tf.tensor2d(
        Float32Array.from({ length: 64 }, (_, t) => Math.cos((2 * Math.PI * 4 * t) / 16)),
        [1, 64],
      );
      const power = Array.from(powerSpectrum(tone, { frame: 16, hop: 8 }).dataSync());
      expect(power.indexOf(Math.max(...power))).toBe(4);
      // A Hann window has a mean of a half: (16 / 2 / 2)².
      expect(power[4]).toBeCloseTo(16, 3);
      expect(powerLoss(tone, tone, { frame: 16 }).dataSync()[0]).toBe(0);
      expect(powerLoss(tone, tf.mul(tone, 2), { frame: 16 }).dataSync()[0]).toBeGreaterThan(1);
      expect(() => powerSpectrum(tone, { frame: 65 })).toThrow(
        'powerSpectrum: the frames of the spectrum do not fit the signal (expected whole numbers, "frame" at most 64, got frame 65, hop 16)',
      );
    });
  });

  it('has the gradient of finite differences', () => {
    const values = new Random(5).normals(12);
    const real = tf.tensor2d(new Random(6).normals(12), [1, 12]);
    const loss = (x: tf.Tensor): tf.Scalar => tf.sum(powerLoss(x as tf.Tensor2D, real, { frame: 4, hop: 2 }));
    const at = (data: Float32Array): number => tf.tidy(() => loss(tf.tensor2d(data, [1, 12])).dataSync()[0]!);
    const gradient = tf.tidy(() =>
      tf
        .grad(loss)(tf.tensor2d(values, [1, 12]))
        .dataSync(),
    );
    values.forEach((_, i) => {
      const moved = (h: number): number => at(values.map((value, j) => (i === j ? value + h : value)));
      const difference = (moved(0.01) - moved(-0.01)) / 0.02;
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(0.01 * Math.max(1, Math.abs(difference)));
    });
    real.dispose();
  });
});
