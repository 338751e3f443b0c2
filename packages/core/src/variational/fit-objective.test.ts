import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { affineFlow } from '../../test/variational-models.ts';
import { fitObjective } from './fit-objective.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('fitObjective', () => {
  it('minimises a loss of the draws, and leaves nothing behind', async () => {
    const model = affineFlow();
    const before = tf.memory().numTensors;
    // The mean of the draws goes to 3.
    const result = await fitObjective(
      model,
      ({ samples, seed }) => tf.mean(tf.square(tf.sub(model.rsample(samples, { seed }).value, 3))),
      { steps: 150, samples: 32, optimizer: { learningRate: 0.1 }, average: null, seed: 1 },
    );
    expect(result).toMatchObject({ reason: 'steps', steps: 150, weights: 'last' });
    expect(result.history.at(-1)!.loss).toBeLessThan(0.1);
    const draws = await model.sample(1000, { seed: 2 });
    const mean = tf.tidy(() => tf.mean(draws).dataSync()[0]!);
    draws.dispose();
    expect(Math.abs(mean - 3)).toBeLessThan(0.2);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('says where a loss is not finite, and checks its options', async () => {
    const model = affineFlow();
    const nan = (): tf.Scalar => tf.mul(tf.sum(model.rsample(2, { seed: 1 }).value), NaN);
    await expect(fitObjective(model, nan, { steps: 3 })).rejects.toMatchObject({ code: 'E_NOT_FINITE_LOSS' });
    await expect(fitObjective(model, nan, { steps: 3 })).rejects.toThrow('in the objective');
    await expect(fitObjective(model, nan, { steps: 0 })).rejects.toMatchObject({ code: 'E_OPTION' });
    model.dispose();
  });
});
