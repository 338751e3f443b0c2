import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowModel, Model, ModelSpec } from '@flowzoo/core';
import { muLawEncode } from '@flowzoo/layers-autoregressive';
import { loadPreset, presetSpec } from '@flowzoo/zoo';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../workspace.ts';
import { densities, deviation, draws, type Contexts } from './compare.ts';
import { readModel } from './evaluate.ts';
import { presetNames } from './preset-names.ts';
import { registry } from './random-model.ts';
import { numbers, toContext, toTensor, untracked } from './rows.ts';

const names = await presetNames({ sound: true });

/** Two tones that fade: something a model of speech finds neither impossible nor trivial. */
function tones(time: number): Float32Array {
  return Float32Array.from(
    { length: time },
    (_, t) => (0.5 * Math.sin(t / 5) + 0.2 * Math.sin(t / 1.7)) * Math.exp(-t / 200),
  );
}

/** The spec of a preset for signals of another length. */
async function clipped(name: string, time: number): Promise<ModelSpec> {
  const { weights: _weights, ...spec } = await presetSpec(name);
  return { ...spec, event: [time] };
}

/** The preset's weights in a model of short signals; they do not depend on the length. */
async function short(name: string, spec: ModelSpec): Promise<Model> {
  const [whole, model] = [await loadPreset<Model>(name, { registry }), registry.build<Model>(spec)];
  tf.tidy(() => {
    for (const [key, variable] of model.variables) (variable as tf.Variable).assign(whole.variables.get(key)!);
  });
  whole.dispose();
  return model;
}

// 600 steps, so that every dilation reaches back to sound. The largest deviations when this was written: log p 3e-7 of itself,
// draws 2.3e-6 of max(1, |x|).
describe.each([
  { backend: 'cpu', time: 100 },
  { backend: 'wasm', time: 600 },
])('presets of sound by tfjs on $backend and by the float64 reference, $time steps', ({ backend, time }) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(names)('%s: the same densities, the same draws', async (name) => {
    const spec = await clipped(name, time);
    const width = spec.context ?? 0;
    const bytes = readFileSync(join(root, 'packages/zoo/presets', name, 'model.safetensors'));
    const reference = readModel(registry.normalize(spec), bytes);
    const contexts: Contexts = [Float64Array.from({ length: width }, (_, i) => Number(i === 3 || i === 11))];
    const model = await short(name, spec);
    try {
      if (reference.type === 'discrete') {
        const levels = Float64Array.from(muLawEncode(tones(time), model.levels!));
        const found = untracked(() => numbers(model.logProb(toTensor([levels], [time]), toContext(contexts))));
        const expected = reference.logProb(levels, contexts[0]);
        expect(Math.abs(found[0]! - expected)).toBeLessThan(2e-6 * Math.abs(expected));
        return;
      }
      const flow = model as FlowModel;
      const rows = [Float64Array.from(tones(time))];
      const { found, expected } = densities(flow, reference, rows, contexts);
      expect(Math.abs(found[0]! - expected[0]!)).toBeLessThan(2e-6 * Math.abs(expected[0]!));
      const { samples, expected: exact } = await draws(flow, reference, contexts);
      expect(Math.max(...samples[0]!.map((x, t) => deviation(x, exact[0]![t]!)))).toBeLessThan(2e-5);
    } finally {
      model.dispose();
    }
  });
});
