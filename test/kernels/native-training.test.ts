import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, evaluate, fit, type FlowModel } from '@flowzoo/core';
import { accelerate, restore, type Tier, wasmTier } from '@flowzoo/kernels-wasm';
import { coupling } from '@flowzoo/layers-coupling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAddon } from '../../packages/kernels-native/src/addon.ts';
import { nativeTier } from '../../packages/kernels-native/src/index.ts';

const isCompiled = ((): boolean => {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
})();

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});
afterAll(async () => {
  restore();
  await accelerate();
});

/** Rows that lie near a bent curve in eight dimensions, so that there is something to learn. */
function rows(count: number, seed: number): tf.Tensor2D {
  return tf.tidy(() => {
    const t = tf.randomUniform([count, 1], -2, 2, 'float32', seed);
    const waves = tf.concat(
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? tf.sin(tf.mul(t, i + 1)) : tf.mul(t, 0.5 + 0.1 * i))),
      1,
    );
    return tf.add(waves, tf.randomNormal([count, 8], 0, 0.15, 'float32', seed + 1)) as tf.Tensor2D;
  });
}

/** Mean log-likelihood, nats, of rows that were not trained on, and its standard error. */
async function trained(type: 'additive-coupling' | 'affine-coupling', tiers: readonly Tier[]) {
  restore();
  const report = await accelerate({ tiers });
  const conditioner = { type: 'mlp', hidden: [64, 64], activation: 'relu' };
  const layers = Array.from({ length: 4 }, (_, i) => ({ type, mask: 'halves', parity: i % 2, conditioner }));
  const flow = createRegistry()
    .use(coupling)
    .build<FlowModel>({
      format: 'flowzoo/model',
      version: 1,
      event: [8],
      seed: 3,
      model: { type: 'flow', base: { type: 'standard-normal' }, layers: [...layers, { type: 'scaling' }] },
    });
  const [training, held] = [rows(2000, 11), rows(1000, 21)];
  await fit(flow, training, { steps: 150, batchSize: 128, seed: 5, optimizer: { learningRate: 3e-3 } });
  const score = await evaluate(flow, held);
  tf.dispose([training, held]);
  flow.dispose();
  return { tier: report.tier, ...score };
}

describe.runIf(isCompiled)('training on native kernels', () => {
  it.each(['additive-coupling', 'affine-coupling'] as const)(
    'reaches the likelihood that WebAssembly reaches, within noise: %s',
    async (type) => {
      const ours = await trained(type, [nativeTier({ threads: 1 }), wasmTier]);
      const other = await trained(type, [wasmTier]);
      expect([ours.tier, other.tier]).toEqual(['native', 'wasm']);
      // The models start below −9 nats; a program that learned nothing would agree with itself too.
      expect(other.mean).toBeGreaterThan(-7);
      expect(Math.abs(ours.mean - other.mean)).toBeLessThan(3 * other.standardError);
    },
    300_000,
  );
});
