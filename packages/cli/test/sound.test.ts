import { readFile, writeFile } from 'node:fs/promises';
import { muLawDecode, readWav, writeWav } from '@flowzoo/layers-autoregressive';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readData, writeData } from '../src/data/index.ts';
import { flowzoo, imageSpec, openWorkshop, type Workshop } from './flowzoo.ts';

const TIME = 40;

/** A model of sound with a condition of three classes. */
const spec = {
  format: 'flowzoo/model',
  version: 1,
  name: 'tiny-sound',
  event: [TIME],
  context: 3,
  seed: 1,
  audio: { sampleRate: 4000 },
  model: { type: 'wavenet', levels: 32, features: 4, dilations: [1, 2, 4] },
  training: { steps: 4, batchSize: 4, seed: 1 },
};

let workshop: Workshop;
let model = '';
let classes = '';

/** A tone of so many samples. */
function tone(length: number, peak: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => peak * Math.sin(i * 0.7));
}

async function writeTone(name: string, samples: Float32Array, sampleRate = 4000): Promise<string> {
  await writeFile(workshop.path(name), writeWav({ samples, sampleRate }));
  return workshop.path(name);
}

async function trained(name: string, changes: object): Promise<string> {
  const file = await workshop.writeJson(`${name}.json`, { ...spec, ...changes });
  const data = await writeTone(`${name}.wav`, tone(8 * TIME, 0.5));
  const given = 'context' in changes ? [] : ['--context', classes];
  const out = workshop.path(name);
  const { code, err } = await flowzoo(['train', file, '--data', data, ...given, '--out', out]);
  if (code !== 0) throw new Error(err);
  return out;
}

beforeAll(async () => {
  workshop = await openWorkshop();
  classes = await workshop.writeText('classes.csv', '0\n1\n2\n0\n1\n2\n0\n1\n');
  model = await trained('model', {});
});
afterAll(() => workshop.remove());

describe('sound on the command line', () => {
  it('is drawn as one recording of all samples, at the rate of the model', async () => {
    const [sound, table] = [workshop.path('drawn.wav'), workshop.path('drawn.npy')];
    const three = await workshop.writeText('three.csv', '0\n1\n2\n');
    const draw = ['sample', model, '-n', '3', '--seed', '2', '--context', three, '--out'];
    expect((await flowzoo([...draw, sound])).code).toBe(0);
    expect((await flowzoo([...draw, table])).code).toBe(0);
    const { samples, sampleRate } = readWav(await readFile(sound));
    const levels = (await readData(table)).values;
    expect(sampleRate).toBe(4000);
    expect(new Set(levels).size).toBeGreaterThan(8);
    const expected = muLawDecode(levels, 32);
    expect(samples).toHaveLength(3 * TIME);
    samples.forEach((sample, i) => expect(Math.abs(sample - expected[i]!)).toBeLessThan(1e-4));
  });

  it('is scored in clips: a recording is scaled to its peak, encoded, and filled up with silence', async () => {
    const score = async (file: string): Promise<{ rows: number; logProb: object }> => {
      const { code, out, err } = await flowzoo(['score', model, '--data', file, '--context', two, '--json']);
      expect([code, err]).toEqual([0, expect.any(String)]);
      return JSON.parse(out);
    };
    const two = await workshop.writeText('two.csv', '2\n0\n');
    const loud = await score(await writeTone('loud.wav', tone(TIME + 7, 1)));
    const quiet = await score(await writeTone('quiet.wav', tone(TIME + 7, 0.25)));
    expect(loud.rows).toBe(2);
    expect(quiet).toEqual(loud);
    // The same by hand: µ-law with 31, silence is level 16.
    const samples = tone(TIME + 7, 1).map((x) => Math.round(x * 32_768) / 32_768);
    const peak = Math.max(...samples.map(Math.abs));
    const levels = new Float32Array(2 * TIME).fill(16);
    samples.forEach((x, i) => {
      const curved = (Math.sign(x) * Math.log1p((31 * Math.abs(x)) / peak)) / Math.log(32);
      levels[i] = Math.min(Math.floor(16 * (curved + 1)), 31);
    });
    await writeData(workshop.path('levels.npy'), { shape: [2, TIME], values: levels });
    expect(await score(workshop.path('levels.npy'))).toEqual(loud);
  });

  it('takes rows of a recording, and of a compressed one', async () => {
    const one = await workshop.writeText('one.csv', '1\n');
    const wav = workshop.path('model.wav');
    const score = (...more: string[]) => flowzoo(['score', model, '--data', wav, '--context', one, '--json', ...more]);
    expect(JSON.parse((await score()).out).rows).toBe(8);
    expect(JSON.parse((await score('--rows', '2:5')).out).rows).toBe(3);
    const { gzipSync } = await import('node:zlib');
    await writeFile(`${wav}.gz`, gzipSync(await readFile(wav)));
    const { out } = await flowzoo(['score', model, '--data', `${wav}.gz`, '--context', one, '--json']);
    expect(out).toBe((await score()).out);
  });

  it('of a model with linear levels, and of one with real signals, is not bent', async () => {
    const level = { ...spec.model, levels: 5, head: 'logistic-mixture', components: 2 };
    const audio = { sampleRate: 4000, encoding: 'linear', normalization: 'none' };
    const linear = await trained('linear', { context: 0, audio, model: level });
    const flow = { type: 'flow', base: { type: 'standard-normal' }, layers: [{ type: 'wavenet-flow', features: 4 }] };
    const real = await trained('real', { context: 0, audio, model: flow });
    for (const folder of [linear, real]) {
      const names = [workshop.path('other.wav'), workshop.path('other.npy')];
      for (const out of names) expect((await flowzoo(['sample', folder, '-n', '2', '--out', out])).code).toBe(0);
      const { samples } = readWav(await readFile(names[0]!));
      const { values } = await readData(names[1]!);
      const exact = folder === linear ? values.map((v) => v / 2 - 1) : values.map((v) => Math.min(Math.max(v, -1), 1));
      samples.forEach((sample, i) => expect(Math.abs(sample - exact[i]!)).toBeLessThan(1e-4));
      if (folder === real) expect(values.some((v) => Math.abs(v) > 1)).toBe(true);
      const [report] = JSON.parse(`[${(await flowzoo(['score', folder, '--data', names[0]!, '--json'])).out}]`);
      const [table] = JSON.parse(`[${(await flowzoo(['score', folder, '--data', names[1]!, '--json'])).out}]`);
      if (folder === linear) expect(report).toEqual(table);
    }
  });

  it.each([
    ['another rate', () => writeTone('fast.wav', tone(TIME, 1), 8000), /expected 4000 samples per second, got 8000/],
    ['no recording', () => workshop.writeText('text.wav', 'a,b\n'), /text\.wav.*a WAV recording/],
    ['half a recording', () => cut(), /the file ends inside its "data" chunk/],
  ])('is refused: %s', async (_name, make, message) => {
    const { code, err } = await flowzoo(['score', model, '--data', await make(), '--context', classes]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('is refused by models of something else, before they draw', async () => {
    const file = await workshop.writeJson('image.json', imageSpec);
    const data = await workshop.writeRows('images.npy', [16, 4, 4], 5);
    const out = workshop.path('image');
    expect((await flowzoo(['train', file, '--data', data, '--out', out])).code).toBe(0);
    const { code, err } = await flowzoo(['sample', out, '--out', workshop.path('image.wav')]);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('the spec of the model does not say what sound its data are (expected a model of sound)'),
    ]);
  });

  it('is refused in a spec that says it wrongly', async () => {
    const file = await workshop.writeJson('wrong.json', { ...spec, audio: { sampleRate: 0, encoding: 'a-law' } });
    const { code, out } = await flowzoo(['check', file]);
    expect(code).toBe(1);
    expect(out).toContain('audio.sampleRate');
    expect(out).toContain('audio.encoding');
  });
});

async function cut(): Promise<string> {
  const whole = await readFile(await writeTone('whole.wav', tone(TIME, 1)));
  await writeFile(workshop.path('cut.wav'), whole.subarray(0, 60));
  return workshop.path('cut.wav');
}
