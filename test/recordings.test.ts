import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readData } from '@flowzoo/cli';
import { createRegistry, Random } from '@flowzoo/core';
import { saveModel } from '@flowzoo/core/node';
import { autoregressive, muLawEncode, normalizePeak, writeWav } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../scripts/recordings.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flowzoo-recordings-'));
const data = join(folder, 'wav');
const LENGTHS = { '3_theo_0': 21, '3_theo_6': 40, '3_theo_11': 40, '4_lucas_12': 25 };

function run(...args: string[]): { readonly out: string; readonly code: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { out: stdout, code: status };
}

const recordings = new Map<string, Float32Array>();

beforeAll(async () => {
  await tf.setBackend('cpu');
  mkdirSync(data);
  for (const [name, length] of Object.entries(LENGTHS)) {
    const samples = new Random(name).normals(length).map((value) => Math.round(value * 3000) / 32768);
    recordings.set(name, samples);
    writeFileSync(join(data, `${name}.wav`), writeWav({ samples, sampleRate: 8000 }));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the recordings', () => {
  it('become rows with digit and speaker, that end where the recording ends', async () => {
    const out = join(folder, 'rows');
    expect(run('prepare', data, '--out', out, '--time', '16').code).toBe(0);
    const test = await readData(join(out, 'test.npy'));
    const context = await readData(join(out, 'test-context.npy'));
    expect([test.shape, context.shape]).toEqual([
      [2, 16],
      [2, 15],
    ]);
    const levels = muLawEncode(normalizePeak(recordings.get('3_theo_0')!), 256);
    const rows = [levels.slice(0, 16), levels.slice(5)].map(String).sort();
    expect([test.values.slice(0, 16), test.values.slice(16)].map(String).sort()).toEqual(rows);
    expect(Array.from(context.values.slice(0, 15))).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    // Training rows overlap by half: 0, 8, 16, 24 of forty samples, and 0, 8, 9 of twenty-five.
    expect((await readData(join(out, 'train.npy'))).shape).toEqual([7, 16]);
  });

  it('are scored whole, as a model of their length scores them', async () => {
    const registry = createRegistry().use(autoregressive);
    const model = registry.build({
      format: 'flowzoo/model',
      version: 1,
      event: [16],
      context: 15,
      model: { type: 'wavenet', features: 4, dilations: [1, 2] },
    });
    const saved = join(folder, 'model');
    await saveModel(saved, model);
    const { out } = run('score', saved, data, '--json');
    const report = JSON.parse(out);
    expect(report).toMatchObject({ recordings: 1, samples: 21, kind: 'exact' });
    const levels = muLawEncode(normalizePeak(recordings.get('3_theo_0')!), 256);
    const context = tf.tensor2d([[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
    const whole = registry.build({ ...model.spec, event: [21] });
    for (const [name, variable] of whole.variables) (variable as tf.Variable).assign(model.variables.get(name)!);
    const nats = tf.tidy(() => whole.logProb(tf.tensor2d(levels, [1, 21]), context).dataSync()[0]!);
    expect(report.bits).toBeCloseTo(-nats / Math.LN2 / 21, 4);
    tf.dispose(context);
    whole.dispose();
    model.dispose();
  });

  it('say how the command is used', () => {
    expect(run('prepare', data).code).toBe(2);
  });
});
