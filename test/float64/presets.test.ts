import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, type FlowModel } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { listPresets, loadPreset, presetSpec } from '@flowzoo/zoo';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../workspace.ts';
import { densities, deviation, draws } from './compare.ts';
import { readFlow } from './evaluate.ts';
import { sizeOf } from './layer.ts';
import { readRows } from './npy.ts';

const registry = createRegistry().use(coupling);
const names = (await listPresets()).map(({ name }) => name);

/** The first evaluation rows of the data that a preset was trained on. */
function evaluationRows(event: readonly number[]): Float64Array[] {
  const size = sizeOf(event);
  if (size === 64) return readRows(join(root, 'data/digits8x8/images.npy')).slice(-360).slice(0, 40);
  if (size === 6) return readRows(join(root, 'data/power-hourly/val.npy')).slice(0, 40);
  throw new Error(`there are no rows for events of shape [${event.join(', ')}]: say here where they are`);
}

function expectSameDensity(found: readonly number[], expected: readonly number[]): void {
  for (const [i, nats] of expected.entries()) {
    const apart = Math.abs(found[i]! - nats);
    expect(apart, `row ${i}: ${found[i]!} and ${nats}`).toBeLessThan(Math.max(2e-3, 1e-4 * Math.abs(nats)));
  }
}

// The largest deviations when this was written: log p 1.7e-4 nats (cpu) and 4.1e-4 nats (wasm), by realnvp-power-hourly;
// continuous draws 1.8e-6 and 8.3e-6 of max(1, |x|).
describe.each(['cpu', 'wasm'])('presets by tfjs on %s and by the float64 reference', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('has rows to compare them on', () => {
    expect(evaluationRows([8, 8]).map((row) => row.length)).toEqual(Array.from({ length: 40 }, () => 64));
    // As the file has them, counted from its start.
    expect([...evaluationRows([8, 8])[0]!]).toEqual(
      [...readFileSync(join(root, 'data/digits8x8/images.npy'))].slice(-360 * 64).slice(0, 64),
    );
    expect(evaluationRows([6]).map((row) => row.length)).toEqual(Array.from({ length: 40 }, () => 6));
  });

  it.each(names)('%s: the same densities, the same draws', async (name) => {
    const spec = await presetSpec(name);
    const bytes = readFileSync(join(root, 'packages/zoo/presets', name, spec.weights!.file));
    const reference = readFlow(registry.normalize(spec), bytes);
    const model = await loadPreset<FlowModel>(name, { registry });
    try {
      const ofData = densities(model, reference, evaluationRows(spec.event));
      expectSameDensity(ofData.found, ofData.expected);
      const { samples, expected } = await draws(model, reference, 8);
      const ofSamples = densities(model, reference, samples);
      expectSameDensity(ofSamples.found, ofSamples.expected);
      expectSameDraws(samples, expected, reference.levels);
    } finally {
      model.dispose();
    }
  });
});

/** Discrete draws are ⌊K x⌋ of the reference's x, clipped to 0 … K − 1. */
function expectSameDraws(
  samples: readonly Float64Array[],
  expected: readonly Float64Array[],
  levels: number | null,
): void {
  for (const [i, row] of expected.entries()) {
    for (const [j, x] of row.entries()) {
      const drawn = samples[i]![j]!;
      if (levels === null) {
        expect(deviation(drawn, x)).toBeLessThan(1e-4);
      } else {
        const inside = Math.min(Math.max(x * levels, 0), levels);
        expect(Number.isInteger(drawn)).toBe(true);
        expect(Math.abs(inside - (drawn + 0.5))).toBeLessThan(0.501);
      }
    }
  }
}
