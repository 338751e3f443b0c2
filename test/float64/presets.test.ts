import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowModel, Model } from '@flowzoo/core';
import { loadPreset, presetCard, presetSpec } from '@flowzoo/zoo';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../workspace.ts';
import { densities, deviation, draws, type Contexts, type Densities } from './compare.ts';
import { readModel, type ReferenceDiscreteModel } from './evaluate.ts';
import { sizeOf } from './layer.ts';
import { readRows } from './npy.ts';
import { presetNames } from './preset-names.ts';
import { registry } from './random-model.ts';
import { numbers, toContext, toRows, toTensor, untracked } from './rows.ts';

/** Sound is compared on clips, in sound-presets.test.ts. */
const names = await presetNames({ sound: false });

/** The first rows of the data that a preset's card reports on; null for data that are not in the repository. */
async function evaluationRows(name: string): Promise<Float64Array[] | null> {
  const { results } = await presetCard(name);
  for (const { command } of results) {
    const path = /--data (\S+)/.exec(command)?.[1];
    if (path === undefined || !existsSync(join(root, path))) continue;
    const [, first = '0', last = ''] = /--rows (-?\d*):(-?\d*)/.exec(command) ?? [];
    const rows = readRows(join(root, path)).slice(Number(first), last === '' ? undefined : Number(last));
    const width = rows[0]!.length;
    // Large models take the reference long.
    if (width > 16) return rows.slice(0, width > 100 ? 4 : 12);
    return rows.slice(0, 40);
  }
  return null;
}

/** One class after the other, for presets that take one. */
function contextsOf(count: number, width: number): Contexts {
  return Array.from({ length: count }, (_, i) =>
    width === 0 ? undefined : Float64Array.from({ length: width }, (_unused, j) => (j === i % width ? 1 : 0)),
  );
}

async function sampled(model: Model, contexts: Contexts): Promise<Float64Array[]> {
  const context = toContext(contexts);
  const samples = await model.sample(contexts.length, context === undefined ? { seed: 2 } : { seed: 2, context });
  try {
    return toRows(samples);
  } finally {
    context?.dispose();
    samples.dispose();
  }
}

function discreteDensities(
  model: Model,
  reference: ReferenceDiscreteModel,
  rows: readonly Float64Array[],
  contexts: Contexts,
): Densities {
  return {
    found: untracked(() => numbers(model.logProb(toTensor(rows, model.eventShape), toContext(contexts)))),
    expected: rows.map((row, i) => reference.logProb(row, contexts[i])),
  };
}

function expectSameDensity({ found, expected }: Densities): void {
  for (const [i, nats] of expected.entries()) {
    const apart = Math.abs(found[i]! - nats);
    expect(apart, `row ${i}: ${found[i]!} and ${nats}`).toBeLessThan(Math.max(2e-3, 1e-4 * Math.abs(nats)));
  }
}

// The largest deviations when this was written: log p 2.2e-4 nats (cpu) and 4.6e-4 nats (wasm), by maf-protein; continuous
// draws 2.2e-6 and 6.1e-6 of max(1, |x|).
describe.each(['cpu', 'wasm'])('presets by tfjs on %s and by the float64 reference', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('has rows to compare them on', async () => {
    const digits = (await evaluationRows('nice-digits'))!;
    // As the file has them, counted from its start.
    expect(digits.flatMap((row) => [...row])).toEqual(
      [...readFileSync(join(root, 'data/digits8x8/images.npy'))].slice(-360 * 64).slice(0, 12 * 64),
    );
    const power = (await evaluationRows('realnvp-power-hourly'))!;
    expect(power.map((row) => row.length)).toEqual(Array.from({ length: 40 }, () => 6));
  });

  it.each(names)('%s: the same densities, the same draws', async (name) => {
    const spec = await presetSpec(name);
    const bytes = readFileSync(join(root, 'packages/zoo/presets', name, spec.weights!.file));
    const reference = readModel(registry.normalize(spec), bytes);
    const model = await loadPreset<FlowModel>(name, { registry });
    // Large images take the reference long.
    const few = contextsOf(sizeOf(spec.event) > 16 ? (sizeOf(spec.event) > 100 ? 2 : 4) : 8, spec.context ?? 0);
    try {
      const data = (await evaluationRows(name)) ?? (await sampled(model, few));
      const contexts = contextsOf(data.length, spec.context ?? 0);
      if (reference.type === 'discrete') {
        expectSameDensity(discreteDensities(model, reference, data, contexts));
        return;
      }
      expectSameDensity(densities(model, reference, data, contexts));
      // 784 passes of 5 million weights each are too long for a reference.
      if (name === 'maf-mnist') return;
      const { samples, expected } = await draws(model, reference, few);
      expectSameDensity(densities(model, reference, samples, few));
      expectSameDraws(samples, expected, reference.dequantization?.levels ?? null);
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
