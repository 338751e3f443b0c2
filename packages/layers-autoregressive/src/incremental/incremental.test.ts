import { trainingMode } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { madeOf, normalRows, scatter } from '../../test/masked-parameters.ts';
import type { MaskedAutoregressive } from '../masked-autoregressive/masked-autoregressive.ts';
import { inverseByPasses, type SequentialInverse } from '../masked-autoregressive/sequential-inverse.ts';
import { incrementalInverse } from './incremental-inverse.ts';
import { build, difference } from './test-layers.ts';

/** Holds the incremental way to full passes, and sees to it that it made none. */
function expectEqual(layer: MaskedAutoregressive, batches: readonly number[] = [1, 3, 16], bound = 1e-5): void {
  for (const batch of batches) {
    const apply = vi.spyOn(madeOf(layer), 'apply');
    const silent: SequentialInverse = (...given) => {
      apply.mockClear();
      const found = incrementalInverse(...given);
      expect(apply).not.toHaveBeenCalled();
      return found;
    };
    expect(difference(layer, batch, [silent, inverseByPasses]), `batch ${batch}`).toBeLessThan(bound);
    apply.mockRestore();
  }
}

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('feature by feature on %s: the values of full passes', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    [2, { order: 'reversed' }],
    [5, { order: 'random', degrees: 'random', hidden: [11] }],
    [5, { hidden: [] }],
    [5, { hidden: [40, 33, 21], activation: 'relu' }],
    [6, { hidden: [9, 7], direct: true, order: 'random' }],
    [64, { hidden: [70, 81], order: 'random', degrees: 'random' }],
  ])('D = %i, %j', (size, config) => {
    const layer = build(config, { size });
    expectEqual(layer);
    layer.dispose();
  });

  it.each(['relu', 'elu', 'tanh', 'silu', 'gelu', 'leaky-relu', 'sigmoid', 'softplus', 'linear'])(
    'with every nonlinearity: %s',
    (activation) => {
      const layer = build({ activation, order: 'random' }, { size: 6 });
      expectEqual(layer);
      layer.dispose();
    },
  );

  it.each([
    [{ blocks: 'residual', hidden: [9, 9] }],
    [{ blocks: 'residual-preactivation', hidden: [9, 9], direct: true }],
    [{ blocks: 'residual-preactivation', hidden: [7] }],
    [{ outputGain: 0.5, outputLogScale: 3, outputOffset: [0.1, -0.4] }],
    [{ order: { parents: [[], [0], [0], [1, 2], [0, 3]] } }],
    [{ order: { parents: [[1, 2], [], [], [], [3, 1]] }, blocks: 'residual', hidden: [9] }],
    [{ order: { parents: [[], [], [0, 1], [0, 1], [0, 1]] }, hidden: [30, 20] }],
  ])('of every form of network: %j', (config) => {
    const layer = build(config, { size: 5 });
    expectEqual(layer);
    layer.dispose();
  });

  it.each([
    [{ context: 'add' }],
    [{ context: 'add-activated' }],
    [{ context: 'glu' }],
    [{ context: 'glu', hidden: [8, 8], blocks: 'residual' }],
    [{ context: 'glu', hidden: [8, 8], blocks: 'residual-preactivation' }],
    [{ context: 'add', hidden: [8, 8], blocks: 'residual' }],
    [{ context: 'add-activated', hidden: [] }],
    [{ context: 'glu', hidden: [] }],
  ])('with a context: %j', (config) => {
    const layer = build({ ...config, order: 'random' }, { size: 4, contextSize: 3 });
    expectEqual(layer);
    layer.dispose();
  });

  it.each([
    ['additive', { shiftGain: -2 }],
    ['affine', { scale: 'exp', order: 'shift-scale', shiftGain: -1 }],
    ['affine', { scale: 'sigmoid' }],
    ['affine', { scale: 'tanh-learned' }],
    ['affine', { scale: 'log-precision' }],
    ['affine', { scale: { map: 'softplus', offset: 0.5 } }],
    ['affine', { scale: { map: 'softplus', floor: 0.1, ceiling: 2 } }],
    ['affine', { scale: { map: 'sigmoid', floor: 0.2, offset: 1 } }],
    ['affine', { scale: { floor: 0.1, clip: [-1, 0.5] } }],
    ['affine', { scale: { squash: 'clip', bound: 0.7, ceiling: 1.5 } }],
    ['affine', { scale: { squash: 'softclip', bound: 2, gain: 3 } }],
    ['affine', { scale: { squash: 'tanh-amplitude', bound: 1.5 } }],
    ['affine', { scale: { squash: 'sigmoid-amplitude', bound: 1.5 } }],
    ['affine', { scale: { squash: 'atan-amplitude', bound: 1.5 } }],
    ['gated', { offset: 1 }],
    ['rational-quadratic-spline', { bins: 4 }],
    ['mixture-of-gaussians', { components: 2 }],
    ['mixture-of-logistics', { components: 2 }],
  ])('with every transformer, both ways: %s %j', (type, config) => {
    for (const direction of ['inverse', 'forward']) {
      for (const layerType of ['maf', 'iaf'] as const) {
        const layer = build({ transformer: { type, direction, ...config } }, { size: 4, type: layerType });
        expectEqual(layer, [5], 3e-5);
        layer.dispose();
      }
    }
  });

  it('where weights were assigned since the last call', () => {
    const layer = build({}, { size: 5 });
    expectEqual(layer, [3]);
    scatter(layer, 'other weights');
    expectEqual(layer, [3]);
    layer.dispose();
  });

  it('and nothing is left behind', () => {
    const layer = build({ context: 'glu' }, { size: 3, contextSize: 2 });
    const [z, context] = [normalRows(2, [3]), normalRows(2, [2])];
    tf.dispose(Object.values(layer.forward(z, context)));
    const before = tf.memory().numTensors;
    tf.dispose(Object.values(layer.forward(z, context)));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([z, context]);
    layer.dispose();
  });

  it('while dropout makes every evaluation another network, they are those of full passes', () => {
    const layer = build({ dropout: 0.5, hidden: [20, 20] }, { size: 4 });
    layer.setMode(trainingMode(1));
    const apply = vi.spyOn(madeOf(layer), 'apply');
    layer.forward(normalRows(2, [4]));
    expect(apply).toHaveBeenCalledTimes(4);
    layer.dispose();
  });
});
