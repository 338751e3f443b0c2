import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  build,
  data,
  difference,
  options,
  setup,
  threads,
  threadsAlive,
  train,
} from '../../../test/threads/training.ts';
import { normalRows, TestNormal, weightsOf } from '../../../test/training-models.ts';
import { BatchOrder } from '../../training/batches.ts';
import type { Checkpoint } from '../../training/checkpoint.ts';
import { fit } from '../../training/fit.ts';
import type { TrainingWorkers } from '../../training/workers.ts';
import { workerThreads } from './worker-threads.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('a thread that fails', () => {
  it.each([
    ['throws', 'throw', 'Error: the layer has had enough'],
    ['dies', 'exit', 'the end of the thread with exit code 3'],
  ] as const)('because it %s is reported, and nothing is lost', async (_name, kind, found) => {
    const model = build();
    const saved: Checkpoint[] = [];
    const tensors = tf.memory().numTensors;
    const running = fit(model, data, {
      ...options,
      workers: threads({ trip: { kind, call: 3 } }),
      checkpoint: { save: (checkpoint) => void saved.push(checkpoint) },
    });
    await expect(running).rejects.toMatchObject({
      code: 'E_WORKER',
      message: `worker 1: the thread failed (got ${found}). Nothing is lost: the model has the weights of the last update, and a checkpoint continues from there`,
    });
    expect(threadsAlive()).toBe(0);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(saved.map(({ step }) => step)).toEqual([2]);
    expect(difference(await weightsOf(model), [...saved[0]!.weights])).toBe(0);
    const resumed = await train({ microBatch: 10, resume: saved[0]! });
    expect(difference(resumed, await train({ microBatch: 10 }))).toBeLessThan(1e-5);
    model.dispose();
  });

  it('is stopped in the middle of its work when the calling thread fails', async () => {
    const model = build();
    model.logProb = () => {
      throw new Error('this thread, too');
    };
    const workers = threads({ trip: { kind: 'hang', call: 1 } });
    await expect(fit(model, data, { ...options, workers })).rejects.toThrow('this thread, too');
    expect(threadsAlive()).toBe(0);
    model.dispose();
  });

  it('by a number that is not finite is told with the layer, as in one thread', async () => {
    const model = build([{ type: 'logit' }]);
    const values = normalRows(40, 3).map((_, index) => ((index * 7) % 11) / 12 + 0.04);
    const shares = new BatchOrder({ rows: 40, batchSize: 40, seed: 3 }).rowsOf(0);
    const row = shares[35]!;
    values[row * 3] = 1.5;
    const running = fit(model, { shape: [40, 3], values }, { ...options, batchSize: 40, workers: threads() });
    await expect(running).rejects.toMatchObject({
      code: 'E_NOT_FINITE_LOSS',
      message: expect.stringMatching(
        /^step 1: the loss is not finite at .*, first in the \S+ of layers\[0\] \(logit\), row 15 of/,
      ),
    });
    model.dispose();
  });
});

describe('what cannot be done with threads', () => {
  const other = (url: string): URL => new URL(`data:text/javascript,${encodeURIComponent(url)}`);

  it.each<readonly [name: string, workers: () => TrainingWorkers, code: string, message: RegExp]>([
    [
      'a setup that throws',
      () => threads({ fail: 'no such flow' }),
      'E_WORKER',
      /^worker 1: the thread does not start \(got Error: no such flow\)\. Look at the setup module/,
    ],
    [
      'a module that is not there',
      () => threads({}, 2, new URL('./nowhere.js', import.meta.url)),
      'E_WORKER',
      /^worker 1: the thread does not start \(got ERR_MODULE_NOT_FOUND: .*nowhere\.js/,
    ],
    [
      'a module without setup',
      () => threads({}, 2, other('export const a = 1;')),
      'E_WORKER',
      /does not start \(got E_OPTION: setup: the module exports no function of this name \(expected .*, got a\)/,
    ],
    [
      'a setup without a registry',
      () => threads({ without: 'registry' }),
      'E_WORKER',
      /got E_OPTION: setup: the function returns no registry \(expected .*, got \{ {2}\}\)/,
    ],
    ['a setup without the plugin', () => threads({ without: 'plugin' }), 'E_WORKER', /got E_[A-Z_]+: [^]*test-threads/],
    [
      'another backend',
      () => threads({ backend: 'cpu' }),
      'E_WORKER',
      /setup\.ts: the threads compute on another backend than the caller \(expected wasm, got cpu\)/,
    ],
    [
      'options that cannot be cloned',
      () => workerThreads({ count: 2, setup, options: { call: () => 1 } }),
      'E_WORKER',
      /^worker 1: the thread cannot be started \(got .*could not be cloned/,
    ],
  ])('%s', async (_name, workers, code, message) => {
    const model = build();
    await expect(fit(model, data, { ...options, workers: workers() })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(threadsAlive()).toBe(0);
    model.dispose();
  });

  it('running statistics, and the model stays as it was', async () => {
    const model = build([{ type: 'batch-normalization' }]);
    const before = await Promise.all([...model.state.values()].map((entry) => entry.data()));
    await expect(fit(model, data, { ...options, workers: threads() })).rejects.toMatchObject({
      code: 'E_OPTION',
      message:
        'workers: a layer of the model changes its state with every batch, one after the other (expected state that training leaves as it is, got a new value of "layers.0.mean"). Train this model without workers',
    });
    expect(await Promise.all([...model.state.values()].map((entry) => entry.data()))).toEqual(before);
    expect(threadsAlive()).toBe(0);
    model.dispose();
  });

  it('a model without a spec, and options that say nothing', async () => {
    const model = new TestNormal({ size: 3 });
    await expect(fit(model, data, { ...options, workers: threads() })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining('workers: threads build the model again, and this one has no spec'),
    });
    await expect(fit(model, data, { ...options, workers: 2 as never })).rejects.toThrow(
      'workers: the option cannot have this value (expected what workerThreads({ count, setup }) of @flowzoo/core/node gives, got 2)',
    );
    expect(() => workerThreads({ count: 0, setup })).toThrow('count: the option cannot have this value');
    expect(() => workerThreads({ count: 2, setup: './flows.js' })).toThrow(
      "setup: this is no address of a module (expected new URL('./flows.js', import.meta.url), or import.meta.resolve('package'), got \"./flows.js\")",
    );
    model.dispose();
  });
});
