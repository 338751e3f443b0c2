import type { ModelSpec } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { applyOverrides, DEFAULT_STEPS } from './overrides.ts';

const spec = (training?: object): ModelSpec => ({
  format: 'flowzoo/model',
  version: 1,
  event: [2],
  seed: 4,
  model: { type: 'flow' },
  weights: { file: 'model.safetensors', bytes: 8, sha256: '' },
  ...(training === undefined ? {} : { training: { ...training } }),
});

describe('applyOverrides', () => {
  it('leaves a recipe alone and takes the old weights off', () => {
    const changed = applyOverrides(spec({ epochs: 3, batchSize: 7 }), {});
    expect(changed).not.toHaveProperty('weights');
    expect(changed).toMatchObject({ seed: 4, training: { epochs: 3, batchSize: 7 } });
    expect(changed.training).not.toHaveProperty('steps');
  });

  it('gives a length to a recipe that has none', () => {
    expect(applyOverrides(spec(), {}).training).toEqual({ steps: DEFAULT_STEPS });
  });

  it('puts steps in place of epochs, one rate in place of another, and the seed in both places', () => {
    const recipe = { epochs: 3, seed: 9, optimizer: { type: 'adamax', learningRate: 1 } };
    const changed = applyOverrides(spec(recipe), { steps: 5, batch: 8, learningRate: 0.1, seed: 2 });
    expect(changed.seed).toBe(2);
    expect(changed.training).toEqual({
      steps: 5,
      batchSize: 8,
      seed: 2,
      optimizer: { type: 'adamax', learningRate: 0.1 },
    });
  });
});
