import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, TestNormal } from '../../test/training-models.ts';
import type { Checkpoint } from './checkpoint.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';
import { createOptimizer, type Optimizer } from './optimizer.ts';

const data = { shape: [16, 2], values: normalRows(16, 2) };
const options: FitOptions = {
  steps: 4,
  batchSize: 8,
  validation: { fraction: 0.25, every: 2 },
  checkpoint: { every: 2, save: () => undefined },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const whenStep =
  (type: string): NonNullable<FitOptions['onEvent']> =>
  (event) => {
    if (event.type === type) throw new Error('by the caller');
  };

/** Core's optimizer, but for one method of the caller's. */
const optimizerWith =
  (change: Partial<Optimizer>): NonNullable<FitOptions['createOptimizer']> =>
  (settings, size) => {
    const optimizer = createOptimizer(settings, size);
    return {
      slots: optimizer.slots,
      step: (...rest) => optimizer.step(...rest),
      restore: (slots) => optimizer.restore(slots),
      dispose: () => optimizer.dispose(),
      ...change,
    };
  };

const fail = (): never => {
  throw new Error('by the caller');
};

/** A model whose log-density fails at its nth call of a training. */
class Failing extends TestNormal {
  #left: number;

  constructor(calls: number) {
    super({ size: 2 });
    this.#left = calls;
  }

  override logProb(x: tf.Tensor): tf.Tensor {
    return this.#left-- > 0 ? super.logProb(x) : fail();
  }
}

describe("fit, when the caller's own code throws", () => {
  it.each<[string, FitOptions, number?]>([
    ['onEvent at the start', { ...options, onEvent: whenStep('start') }],
    ['onEvent after a step', { ...options, onEvent: whenStep('step') }],
    ['onEvent after a validation', { ...options, onEvent: whenStep('validation') }],
    ['onEvent after a checkpoint', { ...options, onEvent: whenStep('checkpoint') }],
    ['onEvent at the stop', { ...options, onEvent: whenStep('stop') }],
    ['the checkpoint hook', { ...options, checkpoint: { every: 1, save: fail } }],
    ['an asynchronous checkpoint hook', { ...options, checkpoint: { every: 1, save: async () => fail() } }],
    ['the factory of the optimizer', { ...options, createOptimizer: fail }],
    ['a step of the optimizer', { ...options, createOptimizer: optimizerWith({ step: fail }) }],
    ['the log-density in the first micro-batch', { ...options, microBatch: 2 }, 0],
    ['the log-density in a later micro-batch', { ...options, microBatch: 2 }, 2],
  ])('in %s, passes the error on and leaves no tensor behind', async (_name, given, calls = 1000) => {
    const model = new Failing(calls);
    const before = tf.memory().numTensors;
    await expect(fit(model, data, given)).rejects.toThrow('by the caller');
    expect(tf.memory().numTensors).toBe(before);
    for (const variable of model.variables.values()) expect([...variable.dataSync()].every(Number.isFinite)).toBe(true);
    model.dispose();
  });
});

describe('fit, given a checkpoint that is not whole', () => {
  const interrupted = async (): Promise<Checkpoint> => {
    let kept: Checkpoint | null = null;
    const model = new TestNormal({ size: 2 });
    await fit(model, data, { ...options, checkpoint: { every: 2, save: (checkpoint) => void (kept = checkpoint) } });
    model.dispose();
    return kept!;
  };

  it.each<[string, (whole: Checkpoint) => unknown, string]>([
    ['text', () => 'checkpoint.safetensors', 'resume: this is no checkpoint of fit (expected step, model, '],
    ['null', () => null, 'resume: this is no checkpoint of fit (expected step, model, '],
    ['no weights', (whole) => ({ ...whole, weights: undefined }), 'no checkpoint of fit (expected weights as '],
    ['weights as a list', (whole) => ({ ...whole, weights: [1, 2] }), 'no checkpoint of fit (expected weights as '],
    ['no slots', (whole) => ({ ...whole, slots: {} }), 'no checkpoint of fit (expected slots as '],
    [
      'slots of another rule',
      (whole) => ({ ...whole, slots: new Map([['m', whole.slots.get('m')!]]) }),
      'resume.slots: the checkpoint was made with another optimizer (expected m, v, got m)',
    ],
  ])('%s, says so and changes neither model nor memory', async (_name, damage, message) => {
    const resume = damage(await interrupted()) as Checkpoint;
    const model = new TestNormal({ size: 2 });
    const before = tf.memory().numTensors;
    const run = fit(model, data, { ...options, resume });
    await expect(run).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
    await expect(run).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    expect([...model.logScale.dataSync()]).toEqual([0, 0]);
    model.dispose();
  });
});
