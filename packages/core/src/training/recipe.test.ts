import * as tf from '@tensorflow/tfjs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, TestNormal } from '../../test/training-models.ts';
import { fit } from './fit.ts';
import { fitOptionsFromRecipe, trainingSchema, type TrainingRecipe } from './recipe.ts';

const validate = new Ajv2020({ useDefaults: true, strict: true }).compile<TrainingRecipe>(trainingSchema);

const full: TrainingRecipe = {
  epochs: 2,
  batchSize: 4,
  microBatch: 2,
  seed: 1,
  optimizer: { type: 'adamax', learningRate: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.1 },
  schedule: { type: 'exponential', warmup: 1, finalFraction: 0.1, decayRate: 0.9 },
  clipNorm: null,
  average: null,
  validation: { fraction: 0.25, every: 1, batchSize: 3, patience: 2, draws: 2 },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a training recipe', () => {
  it.each<[string, TrainingRecipe]>([
    ['of one line', { steps: 5 }],
    ['with everything said', full],
    ['with some things said', { steps: 5, clipNorm: 2, average: 0.9, validation: { patience: null }, optimizer: {} }],
  ])('%s is valid, takes its defaults and trains', async (_name, recipe) => {
    const filled = structuredClone(recipe);
    expect(validate(filled), JSON.stringify(validate.errors)).toBe(true);
    expect(filled).toMatchObject(recipe);
    const model = new TestNormal({ size: 2 });
    const plain = new TestNormal({ size: 2 });
    const data = { shape: [16, 2], values: normalRows(16, 2) };
    const { seconds: _a, ...found } = await fit(model, data, fitOptionsFromRecipe(filled));
    // The defaults of the schema are those of fit.
    const { seconds: _b, ...expected } = await fit(plain, data, fitOptionsFromRecipe(recipe));
    expect(found).toEqual(expected);
    model.dispose();
    plain.dispose();
  });

  it.each<[object, string]>([
    [{ steps: 0 }, '/steps'],
    [{ optimizer: { type: 'sgd' } }, '/optimizer/type'],
    [{ optimizer: { rate: 1 } }, '/optimizer'],
    [{ schedule: { finalFraction: 2 } }, '/schedule/finalFraction'],
    [{ average: 1 }, '/average'],
    [{ clipNorm: 0 }, '/clipNorm'],
    [{ validation: { fraction: 1 } }, '/validation/fraction'],
    [{ weight: 1 }, ''],
  ])('%j is refused', (recipe, path) => {
    expect(validate(structuredClone(recipe))).toBe(false);
    expect(validate.errors![0]!.instancePath).toBe(path);
  });

  it('validates on the rows given, else on its fraction, else not at all', () => {
    const rows = { shape: [1, 2], values: Float32Array.of(1, 2) };
    expect(fitOptionsFromRecipe(full, { validation: rows }).validation).toEqual({
      data: rows,
      every: 1,
      batchSize: 3,
      patience: 2,
      draws: 2,
    });
    expect(fitOptionsFromRecipe({ steps: 1 }, { validation: rows }).validation).toEqual({ data: rows });
    expect(fitOptionsFromRecipe(full).validation).toEqual(full.validation);
    expect(fitOptionsFromRecipe({ steps: 1, validation: { patience: 3 } })).toEqual({ steps: 1 });
  });
});
