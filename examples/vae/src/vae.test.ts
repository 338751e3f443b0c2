import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeData } from '@flowzoo/cli';
import { evaluate, Random, type DataArray } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatComparison, posteriorNames, readImages, trainVae, VariationalAutoencoder } from './index.ts';
import type { VaeResult } from './index.ts';

const DIMENSIONS = { latent: 3, hidden: 8, features: 5 };

function fakeImages(count: number, seed: number): DataArray {
  const bits = new Random(seed).uniforms(count * 36).map((u) => (u < 0.3 ? 1 : 0));
  return { shape: [count, 6, 6], values: Uint8Array.from(bits) };
}

/** log of the mean of exp, and its standard error by the delta method. */
function logMeanExp(values: ArrayLike<number>): { readonly value: number; readonly error: number } {
  const count = values.length;
  const weights = Array.from(values, Math.exp);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / count;
  const variance = weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / (count - 1);
  return { value: Math.log(mean), error: Math.sqrt(variance / count) / mean };
}

const images = { training: fakeImages(40, 1), validation: fakeImages(10, 2), test: fakeImages(20, 3) };

beforeAll(async () => void (await tf.setBackend('wasm')));

describe.each(posteriorNames)('the posterior %s', (posterior) => {
  it('is trained together with encoder and decoder, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const start = new VariationalAutoencoder({ eventShape: [6, 6], posterior, seed: 4, latent: 4 });
    const initial = new Map([...start.variables].map(([name, variable]) => [name, variable.dataSync().slice()]));
    start.dispose();
    const { model, result } = await trainVae(images, {
      posterior,
      seed: 4,
      steps: 5,
      batchSize: 20,
      latent: 4,
      draws: 3,
      importanceRows: 8,
    });
    // The maps from the context start at zero, so that what they read learns from the second step on.
    const still = [...model.variables]
      .filter(([name, variable]) => variable.dataSync().every((value, i) => value === initial.get(name)![i]))
      .map(([name]) => name);
    expect(still).toEqual([]);
    for (const part of ['encoder.', 'posterior.base.', 'decoder.']) {
      expect([...model.variables.keys()].some((name) => name.startsWith(part))).toBe(true);
    }
    expect([...model.variables.keys()].some((name) => name.startsWith('posterior.layers.'))).toBe(posterior !== 'none');
    expect(result.negativeElbo.rows).toBe(20);
    expect(result.negativeLogLikelihood.rows).toBe(8);
    // 36 fair coins have 24.95 nats; five steps leave it near that.
    expect(result.negativeElbo.mean).toBeGreaterThan(15);
    expect(result.negativeElbo.mean).toBeLessThan(40);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['cpu', 'wasm'])('weights draws to log p(x), as draws from the prior give it, on %s', async (backend) => {
    await tf.setBackend(backend);
    const model = new VariationalAutoencoder({ eventShape: [6, 6], posterior, seed: 4, ...DIMENSIONS });
    // A wide base and a likelihood that is nearly constant: else both estimates have heavy tails. Sylvester layers start
    // near the identity, and are brought away from it.
    for (const [name, values] of [...model.variables, ...model.state]) {
      const factor = name.startsWith('decoder.') ? 0.5 : /[.](triangles|diagonal)$/.test(name) ? 5 : 1;
      const shift = name === 'posterior.base.logScale' ? 0.6 : 0;
      tf.tidy(() => values.assign(tf.add(tf.mul(values, factor), shift)));
    }
    const copies = 4000;
    const image = fakeImages(1, 5).values;
    const values = Uint8Array.from({ length: 36 * copies }, (_, i) => image[i % 36]!);
    const { logProb } = await evaluate(model, { shape: [copies, 6, 6], values }, { batchSize: copies });
    // This estimate knows neither encoder nor posterior: p(x|z) for z from the prior.
    const means = model.sampleMeans(copies, { seed: 6 });
    const likelihoods = tf.tidy(() => {
      const p = tf.reshape(means, [copies, 36]);
      const x = tf.tensor(Float32Array.from(image), [1, 36]);
      return tf.sum(tf.log(tf.add(tf.mul(x, p), tf.mul(tf.sub(1, x), tf.sub(1, p)))), 1).dataSync();
    });
    const [weighted, expected] = [logMeanExp(logProb), logMeanExp(likelihoods)];
    const error = Math.hypot(weighted.error, expected.error);
    expect(error).toBeLessThan(0.1);
    expect(Math.abs(weighted.value - expected.value)).toBeLessThan(4 * error);
    means.dispose();
    model.dispose();
    await tf.setBackend('wasm');
  });

  it('has an importance-weighted bound that is not below the plain one of the same draws', async () => {
    const model = new VariationalAutoencoder({ eventShape: [6, 6], posterior, seed: 4, ...DIMENSIONS });
    const plain = await evaluate(model, images.test, { draws: 20 });
    const weighted = await evaluate(model, images.test, { draws: 20, combine: 'log-mean-exp' });
    expect(plain.bound).toBe(true);
    plain.logProb.forEach((bound, row) => expect(weighted.logProb[row]).toBeGreaterThanOrEqual(bound));
    expect(weighted.mean).toBeGreaterThan(plain.mean);
    model.dispose();
  });
});

describe('a VariationalAutoencoder', () => {
  it('whose decoder ignores z has the likelihood of independent pixels, whatever the posterior', async () => {
    // A posterior that is the prior cancels it, and logits of 0 are fair coins: every draw gives −36 log 2.
    const model = new VariationalAutoencoder({ eventShape: [6, 6], posterior: 'none', ...DIMENSIONS });
    for (const [name, variable] of model.variables) {
      if (name.startsWith('decoder.')) tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    }
    const { mean, standardError } = await evaluate(model, images.test);
    expect(mean).toBeCloseTo(-36 * Math.log(2), 3);
    expect(standardError).toBeLessThan(1e-4);
    model.dispose();
  });

  it('samples zeros and ones that follow its means, the same for the same seed', async () => {
    const before = tf.memory().numTensors;
    const model = new VariationalAutoencoder({ eventShape: [6, 6], posterior: 'planar', seed: 4, ...DIMENSIONS });
    const [first, again, means] = [
      await model.sample(2000, { seed: 3 }),
      await model.sample(2000, { seed: 3 }),
      model.sampleMeans(2000, { seed: 3 }),
    ];
    const bits = first.dataSync();
    expect(first.shape).toEqual([2000, 6, 6]);
    expect(bits).toEqual(again.dataSync());
    expect(new Set(bits)).toEqual(new Set([0, 1]));
    const excess = tf.tidy(() => tf.sum(tf.sub(first, means)).dataSync()[0]!);
    const variance = tf.tidy(() => tf.sum(tf.mul(means, tf.sub(1, means))).dataSync()[0]!);
    expect(Math.abs(excess) / Math.sqrt(variance)).toBeLessThan(4);
    tf.dispose([first, again, means]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is not trained when it could not be scored', async () => {
    const options = { posterior: 'none', seed: 1, steps: 5, importanceRows: 0.5 } as const;
    await expect(trainVae(images, options)).rejects.toThrow(
      'importanceRows: the number of test images must be a whole number, 1 or more (got 0.5)',
    );
  });

  it('refuses images of another size, and use after dispose', () => {
    const model = new VariationalAutoencoder({ eventShape: [6, 6], posterior: 'none', ...DIMENSIONS });
    const wrong = tf.zeros([2, 6, 5]);
    expect(() => model.logProb(wrong)).toThrow('vae: x has the wrong event shape');
    model.dispose();
    expect(() => model.logProb(wrong)).toThrow('vae: used after dispose()');
    expect(() => model.sampleMeans(1)).toThrow('vae: used after dispose()');
    wrong.dispose();
  });
});

describe('readImages', () => {
  it('says which files are missing and where to read about them', async () => {
    await expect(readImages('nowhere')).rejects.toThrow(
      'the binarized MNIST images are not there (expected a folder with train-images-idx3-ubyte.gz, ' +
        'valid-images-idx3-ubyte.gz, test-images-idx3-ubyte.gz). examples/vae/README.md says where to get them; ' +
        'then pass the folder: --data FOLDER',
    );
  });

  it('reads three files of bits, and refuses grey levels', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vae-'));
    try {
      const write = (name: string, { shape, values }: DataArray): Promise<unknown> =>
        writeData(join(folder, name), { shape, values: Float32Array.from(values) });
      await write('train-images-idx3-ubyte.gz', images.training);
      await write('valid-images-idx3-ubyte.gz', images.validation);
      await write('test-images-idx3-ubyte.gz', images.test);
      expect(await readImages(folder)).toEqual(images);
      await write('test-images-idx3-ubyte.gz', { shape: [1, 1, 2], values: Uint8Array.of(0, 255) });
      await expect(readImages(folder)).rejects.toThrow('the images are not binary (expected zeros and ones');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('formatComparison', () => {
  const result = (posterior: VaeResult['posterior'], seed: number, elbo: number): VaeResult => ({
    posterior,
    seed,
    steps: 10,
    batchSize: 4,
    latent: 2,
    parameters: 7,
    bestStep: 10,
    negativeElbo: { mean: elbo, standardError: 0.3, rows: 20 },
    negativeLogLikelihood: { mean: elbo - 2, standardError: 0.5, rows: 8, draws: 3 },
    trainingSeconds: 1.4,
    evaluationSeconds: 1,
  });

  it('has means with standard errors over seeds, in the order of the posteriors', () => {
    const lines = formatComparison([
      result('sylvester', 1, 80),
      result('none', 2, 92),
      result('none', 1, 88),
      result('none', 3, 90),
    ]).split('\n');
    // Deviation 2 over three seeds: 2/√3 = 1.15.
    expect(lines[2]).toMatch(/^none +10 +3 +90\.0 ± 1\.2 +88\.0 ± 1\.2 +7 +1 *$/);
    expect(lines[3]).toMatch(/^sylvester +10 +1 +80\.00 +78\.00 +7 +1 *$/);
  });
});
