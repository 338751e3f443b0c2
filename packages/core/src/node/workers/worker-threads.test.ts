import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, data, difference, options, threads, threadsAlive, train } from '../../../test/threads/training.ts';
import { weightsOf } from '../../../test/training-models.ts';
import type { Checkpoint } from '../../training/checkpoint.ts';
import { fit } from '../../training/fit.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('training with worker threads', () => {
  it('gives the weights of one thread with the same micro-batches, and leaves nothing behind', async () => {
    const alone = await train({ microBatch: 7 });
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const onEvent = ({ type }: { type: string }): void => void (type === 'step' && seen.push(threadsAlive()));
    expect(difference(await train({ microBatch: 7, workers: threads(), onEvent }), alone)).toBeLessThan(1e-5);
    expect(seen).toEqual([1, 1, 1, 1, 1]);
    expect(tf.memory().numTensors).toBe(before);
    expect(threadsAlive()).toBe(0);
    expect(difference(await train({ microBatch: 6 }), alone)).toBeGreaterThan(1e-4);
  });

  it('makes a share of the batch the micro-batch, and takes more threads than there are shares', async () => {
    const [one, two] = [await train({}), await train({ batchSize: 2, microBatch: 1 })];
    expect(difference(await train({ workers: threads({}, 1) }), one)).toBe(0);
    expect(difference(await train({ batchSize: 2, workers: threads({}, 3) }), two)).toBeLessThan(1e-5);
  });

  it('continues from a checkpoint of one thread, and the other way round', async () => {
    const saved: Checkpoint[] = [];
    const checkpoint = { every: 2, save: (state: Checkpoint) => void saved.push(state) };
    const whole = await train({ microBatch: 10 });
    await train({ steps: 2, microBatch: 10, checkpoint });
    const resumed = await train({ resume: saved[0]!, checkpoint, workers: threads() });
    expect(difference(resumed, whole)).toBeLessThan(1e-5);
    expect(saved.map(({ step }) => step)).toEqual([2, 4]);
    expect(difference(await train({ microBatch: 10, resume: saved[1]! }), whole)).toBeLessThan(1e-5);
  });

  it('takes a context, integers, frozen variables and numbers that are shared already', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(data.values.byteLength));
    shared.set(data.values);
    const context = { shape: [40, 6], values: Int32Array.from({ length: 240 }, (_, index) => index % 5) };
    const weights: number[][] = [];
    for (const extra of [{ microBatch: 10 }, { workers: threads() }]) {
      const model = build([{ type: 'scale' }, { type: 'scale' }], 6);
      [...model.variables.values()][0]!.trainable = false;
      await fit(model, { x: { shape: [40, 3], values: shared }, context }, { ...options, ...extra });
      weights.push(await weightsOf(model));
      model.dispose();
    }
    expect(difference(weights[1]!, weights[0]!)).toBeLessThan(1e-5);
  });

  it('stops at a signal, while threads start too', async () => {
    const early = new AbortController();
    const model = build();
    const running = fit(model, data, { ...options, signal: early.signal, workers: threads() });
    setTimeout(() => early.abort(), 5);
    expect(await running).toMatchObject({ reason: 'aborted', steps: 0 });
    const later = new AbortController();
    const saved: Checkpoint[] = [];
    const result = await fit(model, data, {
      ...options,
      signal: later.signal,
      workers: threads(),
      checkpoint: { save: (checkpoint) => void saved.push(checkpoint) },
      onEvent: (event) => void (event.type === 'step' && event.step === 2 && later.abort()),
    });
    expect(result).toMatchObject({ reason: 'aborted', steps: 2 });
    expect(saved.map(({ step }) => step)).toEqual([2]);
    expect(threadsAlive()).toBe(0);
    model.dispose();
  });
});
