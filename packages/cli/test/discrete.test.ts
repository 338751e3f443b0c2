import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readData, writeData } from '../src/data/index.ts';
import { flowzoo, openWorkshop, type Workshop } from './flowzoo.ts';

/** A model of discrete images that needs no dequantization. */
const spec = {
  format: 'flowzoo/model',
  version: 1,
  name: 'tiny-pixels',
  event: [4, 4],
  seed: 1,
  model: { type: 'gated-pixelcnn', levels: 5, features: 4, layers: 2 },
  training: { steps: 4, batchSize: 16, seed: 1 },
};

let workshop: Workshop;
let images = '';
let model = '';

beforeAll(async () => {
  workshop = await openWorkshop();
  images = await workshop.writeRows('images.npy', [40, 4, 4], 5);
  model = workshop.path('model');
  const file = await workshop.writeJson('spec.json', spec);
  const { code, err } = await flowzoo(['train', file, '--data', images, '--out', model]);
  if (code !== 0) throw new Error(err);
});
afterAll(() => workshop.remove());

describe('grey pixels and class labels on the command line', () => {
  it('are binarized anew at every step, and the labels of a file become classes', async () => {
    const grey = await workshop.writeRows('grey.npy', [40, 4, 4], 256);
    const labels = await workshop.writeRows('labels.npy', [40, 1], 3);
    const conditional = { ...spec, context: 3, model: { ...spec.model, levels: 2 } };
    const file = await workshop.writeJson('binary.json', conditional);
    const out = workshop.path('binary');
    const given = ['--data', grey, '--context', labels, '--binarize', 'dynamic'];
    const { code, err } = await flowzoo(['train', file, ...given, '--validation-rows', '30:', '--out', out]);
    expect([code, err]).toEqual([0, expect.stringContaining('saved')]);
    const record = JSON.parse(await readFile(workshop.path('binary', 'training.json'), 'utf8'));
    expect(record.data.binarize).toBe('dynamic');
    const score = async (how: string) =>
      JSON.parse((await flowzoo(['score', out, ...given.slice(0, 4), '--binarize', how, '--json'])).out).logProb.mean;
    expect(await score('dynamic')).toBe(await score('dynamic'));
    expect(await score('threshold')).not.toBe(await score('dynamic'));
    expect((await flowzoo(['score', out, ...given.slice(0, 4)])).err).toContain(
      'the model is one of data with 2 levels',
    );
  });

  it('are refused where they are no grey pixels', async () => {
    const rows = await workshop.writeRows('real.npy', [4, 4, 4]);
    const { code, err } = await flowzoo(['score', model, '--data', rows, '--binarize', 'threshold']);
    expect([code, err]).toEqual([1, expect.stringContaining('only grey levels can be binarized or lose bits')]);
  });

  it('lose their lowest bits, in training, validation and scores', async () => {
    const bytes = await workshop.writeRows('bytes.npy', [40, 4, 4], 256);
    const { shape, values } = await readData(bytes);
    const reduced = workshop.path('reduced.npy');
    await writeData(reduced, { shape, values: Float32Array.from(values, (value) => value >> 6) });
    const out = workshop.path('two-bits');
    const file = await workshop.writeJson('two-bits.json', { ...spec, model: { ...spec.model, levels: 4 } });
    const given = ['--data', bytes, '--bits', '2'];
    const { code, err } = await flowzoo(['train', file, ...given, '--validation-rows', '30:', '--out', out]);
    expect([code, err]).toEqual([0, expect.stringContaining('saved')]);
    const record = JSON.parse(await readFile(workshop.path('two-bits', 'training.json'), 'utf8'));
    expect([record.data.bits, record.validation.bits]).toEqual([2, 2]);
    const score = async (...data: string[]) =>
      JSON.parse((await flowzoo(['score', out, ...data, '--json'])).out).logProb.mean;
    expect(await score(...given)).toBe(await score('--data', reduced));
    expect((await flowzoo(['score', out, ...given, '--binarize', 'threshold'])).err).toContain(
      'pixels are binarized or lose bits, not both',
    );
    expect((await flowzoo(['score', out, '--data', bytes, '--bits', '8'])).err).toContain('bytes have eight bits');
  });
});

describe('a model of discrete images on the command line', () => {
  it('scores exactly, with bits per dimension and their error', async () => {
    const report = JSON.parse((await flowzoo(['score', model, '--data', images, '--json'])).out);
    expect(report.bound).toBe(false);
    expect(report.bitsPerDimension).toBeCloseTo(-report.logProb.mean / 16 / Math.log(2), 6);
    expect(report.bitsPerDimensionStandardError).toBeGreaterThan(0);
    const { out } = await flowzoo(['score', model, '--data', images]);
    expect(out).toMatch(/nats per row \(exact\)\n +\S+ ± \S+ bits per dimension \(exact\)/);
  });

  it('samples a sheet of pictures and whole numbers', async () => {
    const table = workshop.path('samples.npy');
    expect((await flowzoo(['sample', model, '-n', '3', '--out', table])).code).toBe(0);
    const samples = await readData(table);
    expect(samples.shape).toEqual([3, 4, 4]);
    expect([...samples.values].every((value) => [0, 1, 2, 3, 4].includes(value))).toBe(true);
    const picture = workshop.path('samples.png');
    expect((await flowzoo(['sample', model, '-n', '3', '--out', picture])).code).toBe(0);
    expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['exact', [0, 1, 2, 3, 4, 5, 6, 7], /drawn from the conditional of the model/],
    ['approximate', [8, 9, 10, 11], /approximate: some visible elements come after hidden ones/],
  ])('fills in hidden pixels: %s', async (_name, visible, note) => {
    const mask = workshop.path('mask.npy');
    await writeData(mask, {
      shape: [4, 4],
      values: Float32Array.from({ length: 16 }, (_, i) => (visible.includes(i) ? 1 : 0)),
    });
    const filled = workshop.path('filled.npy');
    const { code, err } = await flowzoo([
      'inpaint',
      model,
      '--data',
      images,
      '--rows',
      '0:2',
      '--mask',
      mask,
      '--out',
      filled,
    ]);
    expect(code).toBe(0);
    expect(err).toMatch(note);
    const [given, found] = [await readData(images), await readData(filled)];
    for (const i of visible) expect(found.values[16 + i]).toBe(given.values[16 + i]);
  });

  it('is shown without layers, a WaveNet with its receptive field', async () => {
    const { out } = await flowzoo(['show', model]);
    expect(out).toMatch(
      /^tiny-pixels: gated-pixelcnn of \[4, 4\]\n\d+ parameters, log-likelihood exact\ndata are the integers 0 to 4\n$/,
    );
    const wave = { ...spec, event: [20], model: { type: 'wavenet', levels: 5, features: 4, dilations: [1, 2, 4] } };
    const shown = JSON.parse((await flowzoo(['show', await workshop.writeJson('wave.json', wave), '--json'])).out);
    expect(shown).toMatchObject({ type: 'wavenet', levels: 5, receptiveField: 8 });
  });

  it('refuses what only a flow can do', async () => {
    const { code, err } = await flowzoo(['encode', model, '--data', images]);
    expect(code).toBe(1);
    expect(err).toMatch(/this command needs another kind of model \(expected a flow, got gated-pixelcnn\)/);
  });
});
