import type { Flow, Model } from '@flowzoo/core';
import { muLawEncode } from '@flowzoo/layers-autoregressive';
import { loadPreset, presetSpec } from '@flowzoo/zoo';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { waveParameters64, type WaveForm } from '../../packages/layers-autoregressive/test/wave-models-float64.ts';
import { registry } from './random-model.ts';

const TIME = 160;
const LEVELS = 256;
/** Two tones that fade: something a model of speech finds neither impossible nor trivial. */
const signal = Float32Array.from(
  { length: TIME },
  (_, t) => (0.5 * Math.sin(t / 5) + 0.2 * Math.sin(t / 1.7)) * Math.exp(-t / 200),
);

interface Config extends Record<string, unknown> {
  readonly dilations: readonly number[];
  readonly stacks: number;
  readonly skipFeatures: number;
}

/** The preset's weights in a model of a short signal; they do not depend on the length. */
async function short(name: string): Promise<Model> {
  const { weights: _weights, ...spec } = await presetSpec(name);
  const [whole, model] = [
    await loadPreset<Model>(name, { registry }),
    registry.build<Model>({ ...spec, event: [TIME] }),
  ];
  tf.tidy(() => {
    for (const [key, variable] of model.variables) (variable as tf.Variable).assign(whole.variables.get(key)!);
  });
  whole.dispose();
  return model;
}

function formOf(config: Config, global: number[]): WaveForm {
  const dilations = Array.from({ length: config.stacks }, () => config.dilations).flat();
  return { kernel: 2, dilations, skipFeatures: config.skipFeatures, global };
}

function scored(model: Model, x: Float32Array, global: number[]): number {
  return tf.tidy(() => model.logProb(tf.tensor2d(x, [1, TIME]), tf.tensor2d([global])).dataSync()[0]!);
}

describe('presets of sound in float64', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('wasm');
  });

  it('wavenet-fsdd: log-probability of levels', async () => {
    const model = await short('wavenet-fsdd');
    const global = Array.from({ length: 15 }, (_, i) => Number(i === 7 || i === 11));
    const levels = muLawEncode(signal, LEVELS);
    const steps = Array.from(levels, (level) => [(2 * level) / (LEVELS - 1) - 1]);
    const logits = waveParameters64(model, steps, formOf(model.spec.model as unknown as Config, global));
    const nats = logits.reduce((sum, own, t) => {
      const largest = Math.max(...own);
      return (
        sum + own[levels[t]!]! - largest - Math.log(own.reduce((all, logit) => all + Math.exp(logit - largest), 0))
      );
    }, 0);
    expect(Math.abs(scored(model, levels, global) - nats)).toBeLessThan(1e-5 * Math.abs(nats));
    model.dispose();
  });

  it('gaussian-wavenet-fsdd-jackson: density of samples, x = m + s z with log s = r / (1 + |r / 6.9|)', async () => {
    const model = await short('gaussian-wavenet-fsdd-jackson');
    const [layer] = (model as unknown as Flow).layers;
    const global = Array.from({ length: 10 }, (_, i) => Number(i === 3));
    const config = (model.spec.model['layers'] as Config[])[0]!;
    const parameters = waveParameters64(
      layer!,
      Array.from(signal, (value) => [value]),
      formOf(config, global),
    );
    const nats = parameters.reduce((sum, own, t) => {
      const [mean, raw] = own as [number, number];
      const logScale = raw / (1 + Math.abs(raw / 6.9));
      const z = (signal[t]! - mean) / Math.exp(logScale);
      return sum - 0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - logScale;
    }, 0);
    expect(Math.abs(scored(model, signal, global) - nats)).toBeLessThan(1e-4 * Math.abs(nats));
    model.dispose();
  });
});
