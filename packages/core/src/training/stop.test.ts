import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { normalRows, TestNormal, weightsOf } from '../../test/training-models.ts';
import type { Checkpoint } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import type { FitEvent } from './events.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';

const data = { shape: [64, 2], values: normalRows(64, 2) };

/** Breaks at a given call of logProb while training: an output, a gradient, or nothing. */
class Breaking extends TestNormal {
  calls = 0;
  readonly #at: number;
  readonly #what: 'loss' | 'gradient';

  constructor(at: number, what: 'loss' | 'gradient') {
    super({ size: 2, counter: true });
    this.#at = at;
    this.#what = what;
  }

  override logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.calls++;
    return tf.tidy(() => {
      const plain = super.logProb(x, context);
      if (this.calls < this.#at) return plain;
      if (this.#what === 'loss') return tf.add(plain, Number.NaN);
      // |0|^½ is finite, its derivative is not.
      return tf.add(plain, tf.sqrt(tf.sum(tf.mul(this.logScale, 0))));
    });
  }
}

describe.each(['cpu', 'wasm'])('a loss that is not finite on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  async function breakAt(
    model: TestNormal,
    options: Partial<FitOptions> = {},
  ): Promise<{ readonly error: Error; readonly checkpoints: Checkpoint[]; readonly events: FitEvent[] }> {
    const checkpoints: Checkpoint[] = [];
    const events: FitEvent[] = [];
    const error = (await fit(model, data, {
      steps: 10,
      batchSize: 64,
      schedule: { type: 'constant', warmup: 0 },
      checkpoint: { every: 1, save: (checkpoint) => void checkpoints.push(checkpoint) },
      onEvent: (event) => events.push(event),
      ...options,
    }).catch((caught: unknown) => caught)) as Error;
    return { error, checkpoints, events };
  }

  it('stops the run, names step, rate and place, and keeps the last good weights', async () => {
    const model = new Breaking(4, 'loss');
    const before = tf.memory().numTensors;
    const { error, checkpoints, events } = await breakAt(model);
    expect(error).toMatchObject({
      code: 'E_NOT_FINITE_LOSS',
      message:
        'step 4: the loss is not finite at learning rate 0.001, in the log-probability of test-normal (expected a finite number, got NaN). The model has the weights of the last step whose loss was finite. Lower the learning rate, lengthen the warm-up, lower clipNorm, or bound the scales of the layer',
    });
    expect(events.at(-1)).toEqual({ type: 'not-finite', step: 4, message: error.message });
    // The weights after the third update gave the bad loss; those after the second gave the last good one.
    expect(await weightsOf(model)).toEqual([...checkpoints[1]!.weights]);
    expect((await model.counter!.data())[0]).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('names the layer, where the model can tell', async () => {
    class Telling extends Breaking {
      async diagnose(x: tf.Tensor): Promise<{ place: string; what: string; row: number }> {
        return { place: 'layers[3] (affine-coupling)', what: 'log-det', row: x.shape[0]! - 1 };
      }
    }
    const model = new Telling(2, 'loss');
    const { error } = await breakAt(model, { microBatch: 16 });
    expect(error.message).toContain('first in the log-det of layers[3] (affine-coupling), row 15 of the batch');
    model.dispose();
  });

  it('names the variable when only the gradient is bad, and keeps the weights', async () => {
    const model = new Breaking(4, 'gradient');
    const { error, checkpoints } = await breakAt(model);
    expect(error.message).toMatch(
      /^step 4: the gradient is not finite at learning rate 0.001, first in the gradient of the variable "logScale" \(expected a finite number, got NaN\)/,
    );
    expect(await weightsOf(model)).toEqual([...checkpoints[2]!.weights]);
    model.dispose();
  });

  it('at the first step leaves the initial weights', async () => {
    const model = new Breaking(1, 'loss');
    await breakAt(model);
    expect(await weightsOf(model)).toEqual([0, 0, 0, 0]);
    model.dispose();
  });
});

describe('stopping', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it('without a new best stops early and restores the best weights', async () => {
    const model = new TestNormal({ size: 2, counter: true });
    // Validation rows at the start of the way: the score falls as training leaves them.
    const validation = { shape: [4, 2], values: new Float32Array(8) };
    const scores: number[] = [];
    const result = await fit(model, data, {
      steps: 200,
      average: null,
      schedule: { type: 'constant', warmup: 0 },
      optimizer: { learningRate: 0.05 },
      validation: { data: validation, every: 5, patience: 3 },
      onEvent: (event) => void (event.type === 'validation' && scores.push(event.logProb)),
    });
    expect(result).toMatchObject({ reason: 'patience', weights: 'best' });
    const best = Math.max(...scores);
    expect(scores.indexOf(best)).toBe(scores.length - 4);
    expect(result.bestValidation).toBe(best);
    expect(result.bestStep).toBe(5 * (scores.indexOf(best) + 1));
    expect(result.steps).toBe(result.bestStep! + 15);
    const again = await evaluate(model, validation);
    expect(again.mean).toBe(best);
    expect((await model.counter!.data())[0]).toBe(result.bestStep);
    model.dispose();
  });

  it('a validation score that is not finite is never the best', async () => {
    class Strict extends TestNormal {
      override logProb(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => (this.mode.training ? super.logProb(x) : tf.fill([x.shape[0]!], -Infinity)));
      }
    }
    const model = new Strict({ size: 2 });
    const result = await fit(model, data, { steps: 9, validation: { data, every: 2, patience: 3 } });
    expect(result).toMatchObject({
      reason: 'patience',
      steps: 6,
      bestStep: null,
      bestValidation: null,
      weights: 'average',
    });
    model.dispose();
  });

  it('an abort is noticed after the current step, although steps are synchronous', async () => {
    const model = new TestNormal({ size: 2 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const saved: Checkpoint[] = [];
    const result = await fit(model, data, {
      steps: 1_000_000,
      signal: controller.signal,
      checkpoint: { save: (checkpoint) => void saved.push(checkpoint) },
    });
    expect(result.reason).toBe('aborted');
    expect(saved.map(({ step }) => step)).toEqual([result.steps]);
    expect(await weightsOf(model)).toEqual([...saved[0]!.average!]);
    model.dispose();
  });

  it('an abort before the start does nothing but save', async () => {
    const model = new TestNormal({ size: 2 });
    const saved: Checkpoint[] = [];
    const result = await fit(model, data, {
      steps: 5,
      signal: AbortSignal.abort(),
      checkpoint: { save: async (checkpoint) => void saved.push(checkpoint) },
    });
    expect(result).toMatchObject({ reason: 'aborted', steps: 0 });
    expect(saved[0]).toMatchObject({ step: 0, withoutBest: 0 });
    model.dispose();
  });

  it('by an error of the caller leaves nothing behind', async () => {
    const model = new TestNormal({ size: 2 });
    const before = tf.memory().numTensors;
    const onEvent = ({ type }: FitEvent): void => {
      if (type === 'validation') throw new Error('mine');
    };
    await expect(fit(model, data, { steps: 5, validation: { data }, onEvent })).rejects.toThrow('mine');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
