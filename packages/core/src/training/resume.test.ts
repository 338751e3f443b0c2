import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { normalRows, TestNormal, weightsOf } from '../../test/training-models.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FitResult } from './events.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';

const data = { shape: [50, 3], values: normalRows(50, 3) };
const build = (): TestNormal => new TestNormal({ size: 3, noise: 0.3, counter: true, pieces: 2 });
const options: FitOptions = {
  steps: 20,
  batchSize: 16,
  microBatch: 7,
  seed: 5,
  optimizer: { learningRate: 0.05, weightDecay: 0.01 },
  validation: { fraction: 0.2, every: 3 },
  recordEvery: 3,
};

interface Outcome {
  readonly result: Omit<FitResult, 'seconds'>;
  readonly weights: number[];
  readonly counter: number;
  readonly last: Checkpoint;
}

async function train(extra: FitOptions = {}): Promise<Outcome> {
  const model = build();
  const saved: Checkpoint[] = [];
  const { seconds: _, ...result } = await fit(model, data, {
    ...options,
    checkpoint: { every: 10, save: (checkpoint) => void saved.push(checkpoint) },
    ...extra,
  });
  const outcome = {
    result,
    weights: await weightsOf(model),
    counter: (await model.counter!.data())[0]!,
    last: saved.at(-1)!,
  };
  model.dispose();
  return outcome;
}

async function interrupted(): Promise<Checkpoint> {
  const controller = new AbortController();
  const onEvent = ({ type, ...event }: { type: string; step?: number }): void => {
    if (type === 'step' && event.step === 10) controller.abort();
  };
  const { result, last } = await train({ signal: controller.signal, onEvent });
  expect(result).toMatchObject({ reason: 'aborted', steps: 10 });
  return last;
}

describe.each(['cpu', 'wasm'])('a resumed training on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('reaches the numbers of an uninterrupted one, bit for bit', async () => {
    const whole = await train();
    const resume = decodeCheckpoint(encodeCheckpoint(await interrupted()));
    const resumed = await train({ resume });
    expect(resumed.result).toEqual(whole.result);
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.counter).toBe(whole.counter);
    expect(resumed.last).toEqual(whole.last);
  });

  it('that was complete stops at once with the kept weights', async () => {
    const whole = await train();
    const resumed = await train({ resume: whole.last });
    expect(resumed.result).toEqual(whole.result);
    expect(resumed.weights).toEqual(whole.weights);
  });
});

describe('checkpoint', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it('survives encoding whole, infinities in its history included', async () => {
    const checkpoint = await interrupted();
    const validation = [{ step: 3, logProb: -Infinity, standardError: Number.NaN }];
    const odd = { ...checkpoint, history: { ...checkpoint.history, validation } };
    expect(decodeCheckpoint(encodeCheckpoint(odd))).toEqual(odd);
    const plain = { ...checkpoint, best: null, average: null };
    expect(decodeCheckpoint(encodeCheckpoint(plain))).toEqual(plain);
  });

  it('of a constant rate may be prolonged', async () => {
    const constant: FitOptions = {
      schedule: { type: 'constant', warmup: 0 },
      validation: { fraction: 0.2, every: 3 },
    };
    const { last } = await train({ ...constant, steps: 10 });
    const { result } = await train({ ...constant, steps: 12, resume: last });
    expect(result.steps).toBe(12);
  });

  it('of another model, other options or other data is refused', async () => {
    const resume = await interrupted();
    const attempt = async (model: TestNormal, extra: FitOptions = {}, rows = data): Promise<unknown> => {
      const before = await weightsOf(model);
      const error = await fit(model, rows, { ...options, ...extra, resume }).catch((caught: unknown) => caught);
      expect(await weightsOf(model)).toEqual(before);
      model.dispose();
      return error;
    };
    expect(await attempt(new TestNormal({ size: 3, noise: 0.3, counter: true }))).toMatchObject({
      code: 'E_CHECKPOINT',
      message:
        'resume: the checkpoint belongs to another model: variable 1 differs (expected "logScale" [3] float32, got "location1" [3] float32). Build the model from the spec the training was started with',
    });
    expect(await attempt(new TestNormal({ size: 3, noise: 0.3, pieces: 2 }))).toMatchObject({
      code: 'E_CHECKPOINT',
      message: expect.stringContaining('state entry 0 differs (expected none, got "counter" [] int32)'),
    });
    expect(await attempt(build(), { seed: 6 })).toMatchObject({
      code: 'E_CHECKPOINT',
      message: expect.stringContaining('resume: seed: the checkpoint was made with other options (expected 5, got 6)'),
    });
    expect(await attempt(build(), { steps: 30 })).toMatchObject({
      message: expect.stringContaining(
        'resume: steps: the checkpoint was made with other options (expected 20, got 30)',
      ),
    });
    const other = { ...data, values: normalRows(50, 3, 2) };
    expect(await attempt(build(), {}, other)).toMatchObject({
      code: 'E_CHECKPOINT',
      message: expect.stringContaining('resume: data: the checkpoint was made with other data'),
    });
  });

  it('with a vector of the wrong length is refused', async () => {
    const resume = { ...(await interrupted()), average: new Float32Array(4) };
    const model = build();
    await expect(fit(model, data, { ...options, resume })).rejects.toMatchObject({
      code: 'E_CHECKPOINT',
      message: 'resume: a vector of the checkpoint has the wrong length (expected 9, got 4)',
    });
    model.dispose();
  });

  it('that is damaged or something else is refused', async () => {
    const bytes = encodeCheckpoint(await interrupted());
    expect(() => decodeCheckpoint(bytes.slice(0, -3))).toThrow(/^checkpoint: the file is damaged or no checkpoint/);
    expect(() => decodeCheckpoint(new TextEncoder().encode('x,y\n1,2\n'))).toThrow(
      expect.objectContaining({ code: 'E_CHECKPOINT' }),
    );
    const text = new TextDecoder('latin1').decode(bytes);
    const replaced = (from: string, to: string): Uint8Array =>
      Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0));
    expect(() => decodeCheckpoint(replaced('flowzoo/checkpoint', 'flowzoo/chockpoint'))).toThrow(
      'checkpoint: the file is no checkpoint (expected format "flowzoo/checkpoint", got "flowzoo/chockpoint")',
    );
    expect(() => decodeCheckpoint(replaced('"version":"1"', '"version":"2"'))).toThrow(
      'checkpoint: the checkpoint has another version (expected 1, got "2")',
    );
    expect(() => decodeCheckpoint(replaced('withoutBest', 'withoutBost'))).toThrow(
      'checkpoint: the description in the checkpoint is incomplete (expected "withoutBest")',
    );
    expect(() => decodeCheckpoint(replaced('{\\"step\\":10', '[\\"step\\":10'))).toThrow(
      'checkpoint: the description in the checkpoint cannot be read',
    );
    expect(() => decodeCheckpoint(replaced('"weights"', '"waights"'))).toThrow(
      'checkpoint: a vector is missing from the checkpoint (expected "weights" as F32, got none)',
    );
  });
});
