import { createRegistry, Random, type Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { scatter } from '../../test/image-models.ts';
import { waveParameters64 } from '../../test/wave-models-float64.ts';
import { autoregressive } from '../plugin.ts';
import type { WaveNetFlow } from './index.ts';

const registry = createRegistry().use(autoregressive);
const TIME = 20;
const form = { kernel: 3, dilations: [1, 2], skipFeatures: 5 };
const config = {
  features: 5,
  kernel: 3,
  dilations: [1, 2],
  transformer: { type: 'affine', direction: 'forward', scale: 'exp' },
};

function build(type: string): WaveNetFlow {
  const layer = registry.bijector({ type, ...config }, { dataShape: [TIME], path: 'layers[0]' });
  scatter(layer, 0.7);
  return layer as Bijector as WaveNetFlow;
}

const normals = (rows: number): tf.Tensor2D => tf.tensor2d(new Random(4).normals(rows * TIME), [rows, TIME]);

describe.each(['cpu', 'wasm'])('a WaveNet as a flow, on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it('draws step by step as the definition says, in float64, beyond its receptive field', () => {
    const layer = build('wavenet-flow');
    expect(layer.receptiveField).toBe(7);
    const z = normals(2);
    const { value, logDet } = layer.forward(z);
    const [found, latents] = [value.arraySync() as number[][], z.arraySync()];
    latents.forEach((row, k) => {
      const x = row.map(() => 0);
      let sum = 0;
      for (let t = 0; t < TIME; t++) {
        const [mean, logScale] = waveParameters64(
          layer,
          x.map((step) => [step]),
          form,
        )[t] as [number, number];
        x[t] = mean + Math.exp(logScale) * row[t]!;
        sum += logScale;
      }
      x.forEach((step, t) => expect(Math.abs(found[k]![t]! - step)).toBeLessThan(1e-4 * Math.max(1, Math.abs(step))));
      expect(logDet.arraySync()).toHaveLength(2);
      expect((logDet.arraySync() as number[])[k]).toBeCloseTo(sum, 3);
    });
    tf.dispose([z, value, logDet]);
    layer.dispose();
  });

  it('gives a signal its own numbers among more signals than run together, each with its context', () => {
    const site = { dataShape: [TIME], contextSize: 2, path: 'layers[0]' };
    const layer = registry.bijector({ type: 'wavenet-flow', ...config }, site);
    scatter(layer, 0.7);
    const context = tf.tensor2d(new Random(5).normals(80), [40, 2]);
    const z = normals(40);
    const { value, logDet } = layer.forward(z, context);
    const [all, logs] = [value.arraySync() as number[][], logDet.arraySync() as number[]];
    for (const row of [0, 31, 32, 39]) {
      const [own, ownContext] = [tf.slice(z, [row, 0], [1, TIME]), tf.slice(context, [row, 0], [1, 2])];
      const alone = layer.forward(own, ownContext);
      expect((alone.value.arraySync() as number[][])[0]).toEqual(all[row]);
      expect((alone.logDet.arraySync() as number[])[0]).toBeCloseTo(logs[row]!, 4);
      tf.dispose([own, ownContext, alone.value, alone.logDet]);
    }
    expect(all[0]).not.toEqual(all[32]);
    tf.dispose([z, context, value, logDet]);
    layer.dispose();
  });

  it.each(['wavenet-flow', 'wavenet-iaf'])('%s: there and back, one pass one way and all steps the other', (type) => {
    const layer = build(type);
    expect(layer.traits.passes).toEqual(
      type === 'wavenet-flow' ? { forward: TIME, inverse: 1 } : { forward: 1, inverse: TIME },
    );
    const z = normals(16);
    const there = layer.forward(z);
    const back = layer.inverse(there.value);
    const off = tf.tidy(() => tf.max(tf.abs(tf.sub(back.value, z))).dataSync()[0]!);
    const sum = tf.tidy(() => tf.max(tf.abs(tf.add(back.logDet, there.logDet))).dataSync()[0]!);
    expect(off).toBeLessThan(1e-4);
    expect(sum).toBeLessThan(1e-3);
    tf.dispose([z, there.value, there.logDet, back.value, back.logDet]);
    layer.dispose();
  });
});

it('takes signals alone', () => {
  expect(() => registry.bijector({ type: 'wavenet-iaf' }, { dataShape: [2, 3], path: 'layers[0]' })).toThrow(
    'is a model of signals',
  );
});
