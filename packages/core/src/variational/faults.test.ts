import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestNormal, weightsOf } from '../../test/training-models.ts';
import { affineFlow, gaussian } from '../../test/variational-models.ts';
import { Flow } from '../composition/index.ts';
import type { Distribution } from '../contracts/distribution.ts';
import { createRegistry, type FlowModel } from '../registry/registry.ts';
import type { FitTargetEvent } from './events.ts';
import { fitTarget } from './fit-target.ts';
import type { FitTargetOptions } from './options.ts';
import type { LogDensity } from './target.ts';

beforeEach(async () => {
  await tf.setBackend('cpu');
});

const build = (layers: object[], rest: object = {}): FlowModel =>
  createRegistry().build<FlowModel>({
    format: 'flowzoo/model',
    version: 1,
    event: [2],
    model: { type: 'flow', layers },
    ...rest,
  });

async function refuse(
  model: Distribution,
  logDensity: unknown,
  options: object = { steps: 3, samples: 4 },
): Promise<{ readonly error: Error & { code: string }; readonly events: FitTargetEvent[] }> {
  const events: FitTargetEvent[] = [];
  const weights = await weightsOf(model);
  const before = tf.memory().numTensors;
  const error = await fitTarget(model, logDensity as LogDensity, {
    ...(options as FitTargetOptions),
    onEvent: (event) => events.push(event),
  }).then(
    () => expect.unreachable('it was accepted'),
    (caught: Error & { code: string }) => caught,
  );
  expect(tf.memory().numTensors).toBe(before);
  expect(await weightsOf(model)).toEqual(weights);
  model.dispose();
  return { error, events };
}

describe('fitTarget refuses', () => {
  it.each([
    [
      'a column instead of a vector',
      (x: tf.Tensor) => tf.sum(x, 1, true),
      'E_RANK',
      'logDensity: the target returned the wrong shape (expected [4], got [4, 1]). One number per row: sum over every axis but the first',
    ],
    [
      'a sum over everything',
      (x: tf.Tensor) => tf.sum(x),
      'E_RANK',
      'logDensity: the target returned the wrong shape (expected [4], got []). One number per row: sum over every axis but the first',
    ],
    [
      'a number per column',
      (x: tf.Tensor) => tf.sum(x, 0),
      'E_BATCH',
      'logDensity: the target returned the wrong shape (expected [4], got [2]). One number per row: sum over every axis but the first',
    ],
    [
      'integers',
      (x: tf.Tensor) => tf.cast(tf.sum(x, 1), 'int32'),
      'E_DTYPE',
      'logDensity: the target returned the wrong dtype (expected float32, got int32)',
    ],
    [
      'a promise',
      async (x: tf.Tensor) => tf.sum(x, 1),
      'E_DTYPE',
      'logDensity: the target returned no tensor (expected a float32 tensor [4], got an object). A target is synchronous and made of tfjs operations',
    ],
    [
      'nothing',
      () => undefined,
      'E_DTYPE',
      'logDensity: the target returned no tensor (expected a float32 tensor [4], got undefined). A target is synchronous and made of tfjs operations',
    ],
    [
      'a target that is no function',
      3,
      'E_OPTION',
      'logDensity: the target is no function (expected (x) => log-density [count], got 3)',
    ],
  ])('%s', async (_name, logDensity, code, message) => {
    for (const estimator of ['total', 'path']) {
      const { error } = await refuse(affineFlow(), logDensity, { steps: 3, samples: 4, estimator });
      expect(error).toMatchObject({ code, message });
    }
  });

  it.each([
    [
      'a model without rsample',
      () => new TestNormal({ size: 2 }),
      'E_OPTION',
      'test-normal: the model has no reparameterized draws (expected a model with rsample, a flow for example)',
    ],
    [
      'a flow whose base has no rsample',
      () => new Flow({ base: new TestNormal({ size: 2 }), layers: [] }),
      'E_OPTION',
      'base (test-normal): the base has no reparameterized draws. Use sample(), or a base that offers rsample',
    ],
    [
      'a flow that dequantizes',
      () => build([{ type: 'dequantize', levels: 4 }, { type: 'logit' }, { type: 'scale' }]),
      'E_OPTION',
      'flow: the log-probability of the model is a lower bound, not the density of its draws. Leave dequantization out of the spec: a target has continuous values',
    ],
    [
      'a flow with a context',
      () =>
        build([], {
          context: 3,
          model: {
            type: 'flow',
            layers: [{ type: 'scale' }],
            base: { type: 'diagonal-normal', conditioner: { type: 'mlp' } },
          },
        }),
      'E_CONTEXT',
      'flow: a target has no context (expected an unconditional model, got contextSize 3)',
    ],
    [
      'a flow without variables',
      () => build([{ type: 'tanh' }]),
      'E_OPTION',
      'model: the model has nothing to train (expected at least one trainable variable, got none)',
    ],
    [
      'a flow that was not fitted to data as it must be',
      () => build([{ type: 'standardize' }, { type: 'scale' }]),
      'E_NOT_INITIALIZED',
      'layers[0] (standardize)',
    ],
  ])('%s', async (_name, create, code, message) => {
    const { error } = await refuse(create(), gaussian.logDensity);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it.each([
    [{}, 'steps: how long to train must be said (expected { steps })'],
    [{ steps: 0 }, 'steps: the option cannot have this value (expected a whole number, 1 or more, got 0)'],
    [{ steps: 1, samples: 0.5 }, 'samples: the option cannot have this value'],
    [{ steps: 1, batchSize: 3 }, 'batchSize: there is no such option (expected one of steps, samples, estimator'],
    [
      { steps: 1, estimator: 'stl' },
      'estimator: the option cannot have this value (expected total or path, got "stl")',
    ],
    [{ steps: 1, annealing: { start: 0 } }, 'annealing.start: the option cannot have this value'],
    [{ steps: 1, annealing: { fraction: 2 } }, 'annealing.fraction: the option cannot have this value'],
    [
      { steps: 1, annealing: { from: 0.1 } },
      'annealing.from: there is no such option (expected one of start, fraction)',
    ],
    [{ steps: 1, optimizer: { rate: 1 } }, 'optimizer.rate: there is no such option'],
    [{ steps: 1, clipNorm: -1 }, 'clipNorm: the option cannot have this value'],
  ])('the options %j', async (options, message) => {
    const { error } = await refuse(affineFlow(), gaussian.logDensity, options);
    expect(error.code).toBe('E_OPTION');
    expect(error.message).toContain(message);
  });
});

describe('a variational loss that is not finite', () => {
  it('names step, row and place of the target, and keeps the weights', async () => {
    // The logarithm of a negative number, in one row of the second step; a trial comes before the first.
    let calls = 0;
    const logDensity = (x: tf.Tensor): tf.Tensor => {
      const row = ++calls > 2 ? tf.oneHot(tf.tensor1d([2], 'int32'), 4) : tf.zeros([1, 4]);
      const value = tf.log(tf.sub(1, tf.mul(2, tf.reshape(row, [4]))));
      return tf.add(value, gaussian.logDensity(x));
    };
    const flow = affineFlow();
    const events: FitTargetEvent[] = [];
    const error = await fitTarget(flow, logDensity, {
      steps: 5,
      samples: 4,
      schedule: { type: 'constant', warmup: 0 },
      onEvent: (event) => events.push(event),
    }).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'E_NOT_FINITE_LOSS' });
    expect((error as Error).message).toMatch(
      /^step 2: the loss is not finite at learning rate 0\.001, first in logDensity, which is NaN at draw 2, x = \[-?[\d.]+, -?[\d.]+\] \(expected a finite number, got NaN\)\. The model has the weights of the last step whose loss was finite\. A target must be finite wherever the flow draws: extend it smoothly, or bound the flow by its layers$/,
    );
    expect(events.map(({ type }) => type)).toEqual(['start', 'step', 'not-finite']);
    // The update of step 1 led to the bad loss: taken back.
    expect(await weightsOf(flow)).toEqual([0, 0, 0, 0]);
    flow.dispose();
  });

  it('names the draw when the flow itself overflows', async () => {
    const { error } = await refuse(affineFlow({ scale: [3e38, 1] }), (x: tf.Tensor) => tf.sum(tf.mul(x, 0), 1), {
      steps: 2,
      samples: 64,
    });
    expect(error.message).toMatch(/first in draw \d+, x = \[-?Infinity, /);
  });

  it('names the variable when only the gradient is bad', async () => {
    // |0|^½ is finite, its derivative is not.
    const { error } = await refuse(affineFlow(), (x: tf.Tensor) => tf.sqrt(tf.mul(tf.sum(x, 1), 0)));
    expect(error.message).toContain('the gradient is not finite');
    expect(error.message).toContain('first in the gradient of the variable "layers.0.shift"');
  });
});
