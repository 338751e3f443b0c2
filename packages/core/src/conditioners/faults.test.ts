import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { leaked } from '../../test/numeric.ts';
import type { Shape } from '../contracts/shape.ts';
import type { PartConfig } from '../registry/plugin.ts';
import { createRegistry } from '../registry/registry.ts';

const registry = createRegistry();

describe('faulty conditioners', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const faults: [string, PartConfig & Record<string, unknown>, string][] = [
    ['a layer without units', { type: 'mlp', hidden: [0] }, 'mlp.hidden[0]: must be ≥ 1 (got 0)'],
    ['dropping everything', { type: 'mlp', dropout: 1 }, 'mlp.dropout: must be < 1 (got 1)'],
    ['a negative rate', { type: 'resnet', dropout: -0.1 }, 'resnet.dropout: must be ≥ 0 (got -0.1)'],
    ['no such nonlinearity', { type: 'convnet', activation: 'rely' }, 'convnet.activation'],
    ['an unknown key', { type: 'resnet', widths: 3 }, 'widths'],
    ['an unknown key inside', { type: 'mlp', lastLayer: { gain: 3 } }, 'gain'],
    ['no networks', { type: 'separate', networks: [] }, 'separate.networks'],
    ['too few kernels', { type: 'convnet', kernels: [3, 3] }, 'convnet.kernels'],
  ];
  it.each(faults)('refuses %s', (_, config, message) => {
    expect(() => registry.conditioner(config, { inputShape: [2], outputShape: [4] })).toThrow(message);
  });

  const misfits: [string, PartConfig & Record<string, unknown>, Shape, Shape, string][] = [
    [
      'images of another size',
      { type: 'convnet' },
      [4, 4, 1],
      [2, 2, 4],
      'convnet: a convolutional conditioner maps images to images of the same height and width (expected [height, width, channels] for both, got [4, 4, 1] to [2, 2, 4])',
    ],
    ['vectors for a convnet', { type: 'convnet' }, [4], [4], 'Use "mlp" or "resnet" for vectors'],
    [
      'an offset that does not divide',
      { type: 'mlp', outputOffset: [1, 2, 3] },
      [2],
      [4],
      'mlp: outputOffset does not divide the output (expected a number of entries that divides 4, got 3)',
    ],
    [
      'networks that do not add up',
      { type: 'separate', networks: [{ conditioner: { type: 'mlp' }, parameters: 3 }] },
      [2],
      [4],
      "separate: the networks do not make up the parameters of a feature (expected a number of parameters that divides the output's last axis, 4, got 3 from 1 networks)",
    ],
  ];
  it.each(misfits)('refuses %s', (_, config, inputShape, outputShape, message) => {
    const run = (): unknown => registry.conditioner(config, { inputShape, outputShape });
    expect(leaked(() => expect(run).toThrow(message))).toBe(0);
  });

  it('checks its arguments', () => {
    const conditioner = registry.conditioner({ type: 'mlp' }, { inputShape: [2], outputShape: [2] });
    expect(() => conditioner.apply(tf.zeros([1, 3]))).toThrow(
      'mlp (mlp): input has the wrong event shape (expected [batch, 2], got [1, 3])',
    );
    expect(() => conditioner.apply(tf.zeros([1, 2]), tf.zeros([1, 1]))).toThrow('unconditional');
    conditioner.dispose();
    conditioner.dispose();
    expect(() => conditioner.apply(tf.zeros([1, 2]))).toThrow('used after dispose()');
  });
});
