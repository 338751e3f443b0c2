import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { normalRows, TestNormal, weightsOf } from '../../test/training-models.ts';
import type { FitEvent } from './events.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';

const shape = [400, 2];
const values = normalRows(400, 2);
const data = { shape, values };

/** Mean and standard deviation (n) of each column: the maximum of the likelihood. */
function optimum(): number[] {
  const columns = [0, 1].map((j) => [...values].filter((_, index) => index % 2 === j));
  const means = columns.map((column) => column.reduce((a, b) => a + b) / column.length);
  const scales = columns.map((column, j) =>
    Math.log(Math.sqrt(column.reduce((sum, v) => sum + (v - means[j]!) ** 2, 0) / column.length)),
  );
  return [...means, ...scales];
}

const fast: FitOptions = { steps: 300, batchSize: 400, optimizer: { learningRate: 0.1 } };

describe.each(['cpu', 'wasm'])('fit on %s', (backend) => {
  let model: TestNormal;
  beforeEach(async () => {
    await tf.setBackend(backend);
    model = new TestNormal({ size: 2 });
  });
  afterEach(() => model.dispose());

  it.each(['adam', 'adamax'] as const)('reaches the analytic optimum with %s', async (type) => {
    const result = await fit(model, data, {
      ...fast,
      average: 0.9,
      optimizer: { type, learningRate: 0.1, beta2: 0.9 },
    });
    expect(result).toMatchObject({ reason: 'steps', steps: 300, weights: 'average', bestStep: null });
    const found = await weightsOf(model);
    optimum().forEach((expected, index) => expect(found[index]).toBeCloseTo(expected, 2));
    const losses = result.history.training.map((point) => point.loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 1);
  });

  it('gives the same numbers for the same seed and others for another', async () => {
    const found: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const twin = new TestNormal({ size: 2, noise: 0.1 });
      await fit(twin, data, { steps: 20, batchSize: 32, seed });
      found.push(await weightsOf(twin));
      twin.dispose();
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).not.toEqual(found[0]);
  });

  it('adds micro-batches up to the full batch', async () => {
    const found: number[][] = [];
    for (const microBatch of [100, 32, 7]) {
      const twin = new TestNormal({ size: 2 });
      await fit(twin, data, { steps: 30, batchSize: 100, microBatch, optimizer: { learningRate: 0.05 } });
      found.push(await weightsOf(twin));
      twin.dispose();
    }
    for (const other of found.slice(1)) {
      other.forEach((value, index) => expect(value).toBeCloseTo(found[0]![index]!, 4));
    }
  });

  it('trains on a context', async () => {
    const conditional = new TestNormal({ size: 2, contextSize: 1 });
    const context = Float32Array.from({ length: 400 }, (_, i) => (i % 5) - 2);
    const shifted = values.map((value, index) => value + 3 * context[index >> 1]!);
    await fit(
      conditional,
      { x: { shape, values: shifted }, context: { shape: [400, 1], values: context } },
      { ...fast, steps: 400 },
    );
    for (const slope of await conditional.slope!.data()) expect(Math.abs(slope - 3)).toBeLessThan(0.15);
    conditional.dispose();
  });

  it('takes tensors, leaves them alone, and leaks nothing', async () => {
    const noisy = new TestNormal({ size: 2, noise: 0.1, unused: true, counter: true });
    const x = tf.tensor2d(values, [400, 2]);
    const options: FitOptions = {
      steps: 12,
      batchSize: 64,
      microBatch: 20,
      optimizer: { weightDecay: 0.1 },
      validation: { fraction: 0.1, every: 4 },
      checkpoint: { every: 5, save: () => {} },
    };
    await fit(noisy, x, options);
    const before = tf.memory();
    await fit(noisy, { x }, options);
    const after = tf.memory();
    expect(after.numTensors).toBe(before.numTensors);
    expect(after.numDataBuffers).toBe(before.numDataBuffers);
    expect(x.isDisposed).toBe(false);
    x.dispose();
    noisy.dispose();
  });

  it('leaves the model in evaluation mode', async () => {
    const noisy = new TestNormal({ size: 2, noise: 0.5 });
    await fit(noisy, data, { steps: 2 });
    const x = tf.zeros([1, 2]);
    const [logProb, again] = [noisy.logProb(x), new TestNormal({ size: 2 })];
    again.location[0]!.assign(noisy.location[0]!);
    again.logScale.assign(noisy.logScale);
    const plain = again.logProb(x);
    expect(logProb.dataSync()).toEqual(plain.dataSync());
    again.dispose();
    noisy.dispose();
    tf.dispose([x, logProb, plain]);
  });
});

describe('fit', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it('tells what happens in order', async () => {
    const model = new TestNormal({ size: 2, unused: true });
    const events: FitEvent[] = [];
    const result = await fit(model, data, {
      epochs: 2,
      batchSize: 200,
      validation: { data, every: 3 },
      checkpoint: { every: 2, save: () => {} },
      onEvent: (event) => events.push(event),
    });
    expect(events.map(({ type, ...rest }) => ('step' in rest ? `${type} ${rest.step}` : type))).toEqual([
      'start 0',
      'unused-variables',
      'step 1',
      'step 2',
      'checkpoint 2',
      'step 3',
      'validation 3',
      'step 4',
      'validation 4',
      'checkpoint 4',
      'stop 4',
    ]);
    expect(events[0]).toMatchObject({ steps: 4, stepsPerEpoch: 2, rows: 400, validationRows: 400, parameters: 7 });
    expect(events[1]).toEqual({ type: 'unused-variables', names: ['unused'] });
    const last = events[7] as Extract<FitEvent, { type: 'step' }>;
    expect(last).toMatchObject({ epoch: 1, etaSeconds: 0 });
    expect(last.stepsPerSecond).toBeGreaterThan(0);
    expect(result.unusedVariables).toEqual(['unused']);
    expect(result.history.validation.map(({ step }) => step)).toEqual([3, 4]);
    model.dispose();
  });

  it('follows the schedule and clips the gradient', async () => {
    const model = new TestNormal({ size: 1 });
    const rates: number[] = [];
    const norms: number[] = [];
    const far = { shape: [1, 1], values: Float32Array.of(100) };
    const schedule = { type: 'cosine', warmup: 2 } as const;
    await fit(model, far, {
      steps: 6,
      average: null,
      clipNorm: 1,
      schedule,
      optimizer: { learningRate: 0.4, epsilon: 1e6 },
      onEvent: (event) => {
        if (event.type !== 'step') return;
        rates.push(event.learningRate);
        norms.push(event.gradientNorm);
      },
    });
    const cosine = [0, 1, 2, 3].map((s) => (0.4 * (1 + Math.cos((Math.PI * s) / 4))) / 2);
    [0.2, 0.4, ...cosine].forEach((rate, index) => expect(rates[index]).toBeCloseTo(rate, 12));
    // The gradient of (x − μ)²/2σ² + log σ at 0 is (−x, 1 − x²).
    expect(norms[0]).toBeCloseTo(Math.hypot(100, 9999), 0);
    // With a huge ε the update is rate · m̂ / ε, and m̂ of clipped gradients has norm 1.
    const length = Math.hypot(...(await weightsOf(model)));
    expect(length * 1e6).toBeCloseTo(0.2 + 0.4 + cosine.reduce((a, b) => a + b), 4);
    model.dispose();
  });

  it('keeps the moving average of the weights', async () => {
    const seen: number[][] = [];
    const model = new TestNormal({ size: 2 });
    const averaged = new TestNormal({ size: 2 });
    await fit(model, data, {
      steps: 5,
      average: null,
      checkpoint: { every: 1, save: ({ weights }) => void seen.push([...weights]) },
    });
    await fit(averaged, data, { steps: 5, average: 0.3 });
    let mean = [0, 0, 0, 0];
    seen.forEach((weights, index) => {
      const decay = Math.min(0.3, (2 + index) / (11 + index));
      mean = mean.map((value, j) => decay * value + (1 - decay) * weights[j]!);
    });
    (await weightsOf(averaged)).forEach((value, j) => expect(value).toBeCloseTo(mean[j]!, 6));
    model.dispose();
    averaged.dispose();
  });

  it('decays every weight apart from the gradient', async () => {
    const model = new TestNormal({ size: 2, unused: true });
    await fit(model, data, {
      steps: 3,
      average: null,
      schedule: { type: 'constant', warmup: 0 },
      optimizer: { learningRate: 0.1, weightDecay: 0.5 },
    });
    const unused = await model.variables.get('unused')!.data();
    for (const value of unused) expect(value).toBeCloseTo(0.95 ** 3, 6);
    model.dispose();
  });

  it('leaves frozen variables alone', async () => {
    const model = new TestNormal({ size: 2 });
    model.logScale.trainable = false;
    await fit(model, data, { steps: 3, optimizer: { weightDecay: 1 } });
    expect([...(await model.logScale.data())]).toEqual([0, 0]);
    expect((await model.location[0]!.data())[0]).not.toBe(0);
    model.dispose();
  });

  it('initializes from random training rows unless the model says it need not', async () => {
    const batches: number[] = [];
    class Initialized extends TestNormal {
      readonly traits = { needsInitialization: true };
      initialize(x: tf.Tensor): void {
        batches.push(x.shape[0]!);
        this.traits.needsInitialization = false;
      }
    }
    const model = new Initialized({ size: 2 });
    await fit(model, data, { steps: 1, initializationRows: 50 });
    await fit(model, data, { steps: 1, initializationRows: 50 });
    expect(batches).toEqual([50]);
    model.dispose();
  });
});
