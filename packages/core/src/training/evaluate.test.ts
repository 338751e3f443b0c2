import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { normalRows, TestNormal } from '../../test/training-models.ts';
import { evaluate } from './evaluate.ts';
import { summarize } from './summarize.ts';

/** A bound: evaluation, too, depends on noise. */
class Bound extends TestNormal {
  override readonly lowerBound: boolean = true;

  override logProb(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.add(super.logProb(x), tf.tensor1d(this.mode.random.fork('bound').normals(x.shape[0]!))));
  }
}

const data = { shape: [25, 2], values: normalRows(25, 2) };

describe.each(['cpu', 'wasm'])('evaluate on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('scores every row, whatever the batch size, and leaks nothing', async () => {
    const model = new TestNormal({ size: 2 });
    const before = tf.memory().numTensors;
    const whole = await evaluate(model, data);
    const progress: number[] = [];
    const parts = await evaluate(model, data, { batchSize: 10, onProgress: ({ done }) => progress.push(done) });
    expect(tf.memory().numTensors).toBe(before);
    expect(progress).toEqual([10, 20, 25]);
    // Bits of a density would depend on the unit of measurement.
    expect(whole).toMatchObject({ rows: 25, bound: false, bitsPerDimension: null });
    for (let row = 0; row < 25; row++) {
      const [a, b] = [data.values[2 * row]!, data.values[2 * row + 1]!];
      expect(whole.logProb[row]).toBeCloseTo(-(a * a + b * b) / 2 - Math.log(2 * Math.PI), 4);
      expect(parts.logProb[row]).toBeCloseTo(whole.logProb[row]!, 5);
    }
    expect(whole.mean).toBeCloseTo(whole.logProb.reduce((a, b) => a + b) / 25, 5);
    model.dispose();
  });

  it('takes bytes, integers and tensors of integers', async () => {
    const model = new TestNormal({ size: 2 });
    const expected = await evaluate(model, { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) });
    const tensor = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    expect(await evaluate(model, { shape: [2, 2], values: Uint8Array.of(1, 2, 3, 4) })).toEqual(expected);
    expect(await evaluate(model, tensor)).toEqual(expected);
    tensor.dispose();
    model.dispose();
  });
});

describe('evaluate', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it('gives bits per dimension where data are discrete: of a bound, and of a model with levels', async () => {
    const discrete = Object.assign(new TestNormal({ size: 2 }), { levels: 4 });
    for (const model of [new Bound({ size: 2 }), discrete]) {
      const { mean, bitsPerDimension } = await evaluate(model, data);
      expect(bitsPerDimension).toBeCloseTo(-mean / (2 * Math.LN2), 10);
      model.dispose();
    }
  });

  it('averages the draws of a bound, or tightens it', async () => {
    const model = new Bound({ size: 2 });
    const one = await evaluate(model, data, { seed: 3 });
    expect(one).toEqual(await evaluate(model, data, { seed: 3 }));
    expect(one.bound).toBe(true);
    expect(one.mean).not.toBe((await evaluate(model, data, { seed: 4 })).mean);
    const many = await evaluate(model, data, { draws: 50 });
    const exact = await evaluate(new TestNormal({ size: 2 }), data);
    expect(Math.abs(many.mean - exact.mean)).toBeLessThan(0.15);
    const tight = await evaluate(model, data, { draws: 50, combine: 'log-mean-exp' });
    // log E exp(ε) = ½ for a standard normal ε.
    expect(Math.abs(tight.mean - exact.mean - 0.5)).toBeLessThan(0.15);
    model.dispose();
  });

  it('names a row whose score is not finite, or keeps it', async () => {
    class Bounded extends TestNormal {
      override logProb(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => tf.add(super.logProb(x), tf.log(tf.cast(tf.lessEqual(tf.max(x, 1), 50), 'float32'))));
      }
      async diagnose(): Promise<{ place: string; what: string }> {
        return { place: 'base (uniform)', what: 'log-density' };
      }
    }
    const model = new Bounded({ size: 2 });
    const values = data.values.slice();
    values[2 * 13] = 60;
    const rows = { shape: [25, 2], values };
    const before = tf.memory().numTensors;
    await expect(evaluate(model, rows, { batchSize: 10 })).rejects.toMatchObject({
      code: 'E_NOT_FINITE_LOSS',
      message:
        "row 13: the log-probability of a row is not finite (expected a finite number of nats, got -Infinity from the log-density of base (uniform)). Check that the row is in the model's range, or pass notFinite: 'keep'",
    });
    expect(tf.memory().numTensors).toBe(before);
    const kept = await evaluate(model, rows, { notFinite: 'keep' });
    expect(kept).toMatchObject({ mean: -Infinity, worst: -Infinity, worstRow: 13 });
    expect(kept.meanWithoutWorst10).toBeGreaterThan(-10);
    model.dispose();
  });

  it('stops when it is aborted', async () => {
    const model = new TestNormal({ size: 2 });
    await expect(evaluate(model, data, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'E_ABORTED',
      message: 'scoring was aborted',
    });
    model.dispose();
  });

  it.each([
    [{ batchSize: 0 }, 'batchSize: '],
    [{ draws: 0.5 }, 'draws: '],
    [{ seed: Number.NaN }, 'seed: '],
    [{ combine: 'sum' }, 'combine: the option cannot have this value (expected mean or log-mean-exp, got "sum")'],
    [{ notFinite: 'drop' }, 'notFinite: '],
    [{ batch: 5 }, 'batch: there is no such option'],
  ])('refuses the options %j', async (options, message) => {
    const model = new TestNormal({ size: 2 });
    await expect(evaluate(model, data, options as object)).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining(message),
    });
    model.dispose();
  });
});

describe('summarize', () => {
  it('gives the statistics of scores', () => {
    const scores = [-1000, ...Array.from({ length: 19 }, (_, i) => i)];
    const summary = summarize(scores);
    expect(summary).toMatchObject({ mean: (171 - 1000) / 20, median: 8.5, worst: -1000, worstRow: 0 });
    expect(summary.meanWithoutWorst10).toBe(13.5);
    const mean = summary.mean;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 19;
    expect(summary.standardError).toBeCloseTo(Math.sqrt(variance / 20), 10);
  });

  it('of few rows says what it can, and NaN is the worst', () => {
    expect(summarize([2])).toEqual({
      mean: 2,
      standardError: 0,
      median: 2,
      worst: 2,
      worstRow: 0,
      meanWithoutWorst10: null,
    });
    expect(summarize([1, Number.NaN, -Infinity])).toMatchObject({ worst: Number.NaN, worstRow: 1 });
  });
});
