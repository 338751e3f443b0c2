import { countParameters, describeModel, type FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../test/checks.ts';
import { glowCifar10Spec, glowSpec } from './glow-spec.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** Parameters of one step with the paper's network, from the shapes. */
function stepParameters(channels: number, width: number): number {
  const half = channels / 2;
  const actnorms = 2 * channels + 4 * width;
  const convolutions = 9 * (half + 1) * width + width * width + 9 * (width + 1) * channels;
  return actnorms + channels ** 2 + convolutions + 2 * channels;
}

describe('the model of CIFAR-10 of the paper', () => {
  it('has as many parameters as its architecture, 44.6 million', () => {
    const scales = [12, 24, 48].reduce((sum, channels) => sum + 32 * stepParameters(channels, 512), 0);
    const splits = [12, 24].reduce((sum, channels) => sum + 9 * (channels / 2 + 1) * channels + 2 * channels, 0);
    const top = 9 * 97 * 96 + 2 * 96;
    expect(scales + splits + top).toBe(44_603_604);
    const model = registry.build<FlowModel>(glowCifar10Spec());
    const summary = describeModel(model);
    expect(summary.parameters).toBe(44_603_604);
    expect(summary.event).toEqual([32, 32, 3]);
    expect(summary.bound).toBe(true);
    model.dispose();
  });
});

describe('glowSpec', () => {
  it('is a spec in which every default can be written out', () => {
    const spec = glowSpec({ event: [28, 28, 1], width: 8 });
    expect(registry.check(spec)).toEqual([]);
    const normalized = registry.normalize(spec);
    expect(normalized.requires).toEqual({ '@flowzoo/layers-glow': '^1.0.0' });
    expect(normalized.model).toMatchObject({
      base: { type: 'standard-normal' },
      layers: [
        { type: 'dequantize', levels: 256 },
        { type: 'shift', value: 0.5, trainable: false },
        { type: 'glow', levels: 2, steps: 8, order: 'channel-major', recompute: false },
      ],
    });
  });

  it.each([
    [[8, 8, 1], 1],
    [[28, 28, 1], 2],
    [[32, 32, 3], 3],
    [[64, 64, 3], 3],
    [[2, 2, 1], 1],
  ])('chooses the number of scales: %o has %i', (event, levels) => {
    const { layers } = glowSpec({ event }).model as unknown as { layers: { levels?: number }[] };
    expect(layers.at(-1)!.levels).toBe(levels);
  });

  it('takes its options', () => {
    const model = registry.build<FlowModel>(
      glowSpec({
        event: [4, 4, 1],
        levels: 2,
        steps: 1,
        width: 4,
        coupling: 'additive',
        padding: 'zeros',
        values: 32,
        context: 5,
        conditionCouplings: true,
        recompute: true,
        seed: 3,
        name: 'small',
        description: 'A test.',
      }),
    );
    expect(model.contextSize).toBe(5);
    expect(model.spec.name).toBe('small');
    const names = [...model.variables.keys()].filter((name) => name.includes('context'));
    expect(names).toEqual([
      'layers.2.levels.0.steps.0.coupling.conditioner.context',
      'layers.2.levels.1.steps.0.coupling.conditioner.context',
      'layers.2.levels.1.prior.conditioner.layer.context',
    ]);
    expect(countParameters(model)).toBeGreaterThan(0);
    model.dispose();
    const variational = glowSpec({ event: [4, 4, 1], dequantization: 'variational' }).model;
    expect(variational).toMatchObject({ layers: [{ type: 'variational-dequantize', levels: 256 }, {}, {}] });
    const continuous = glowSpec({ event: [4, 4, 1], values: null }).model as unknown as { layers: unknown[] };
    expect(continuous.layers).toHaveLength(1);
  });

  it('says which sizes work', () => {
    expect(() => glowSpec({ event: [28, 28, 1], levels: 3 })).toThrow(
      'event: level 2 cannot be squeezed: [7, 7, 4] arrives there',
    );
  });
});
