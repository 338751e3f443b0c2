import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, type FlowModel, type Model } from '@flowzoo/core';
import { autoregressive, readWav } from '@flowzoo/layers-autoregressive';
import { coupling } from '@flowzoo/layers-coupling';
import { glow, glowSpec } from '@flowzoo/layers-glow';
import { loadPreset } from '@flowzoo/zoo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationLabels, evaluationRows } from './data.ts';
import { digitPictures, realDigits } from './digits.ts';
import { show } from './exhibit.ts';
import { measure } from './measure.ts';
import { renderPage } from './page.ts';
import { powerPicture } from './power.ts';
import { isSound, soundPicture } from './sounds.ts';
import { energyPicture, samplerPicture } from './targets.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PNG = [0x89, 0x50, 0x4e, 0x47];

describe('the tour', () => {
  let power: FlowModel;
  let digits: FlowModel;

  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('wasm');
    const registry = createRegistry().use(coupling);
    power = await loadPreset('realnvp-power-hourly', { registry });
    digits = await loadPreset('nice-digits', { registry });
  });
  afterAll(() => {
    power.dispose();
    digits.dispose();
  });

  it('measures what the card says, to the noise of dequantization', async () => {
    const exact = await measure('realnvp-power-hourly', power, await evaluationRows('realnvp-power-hourly', root));
    expect(exact).toMatchObject({ rows: 3067, kind: 'exact', bits: null });
    expect(exact.roundTrip).toBeLessThan(5e-3);
    const bound = await measure('nice-digits', digits, await evaluationRows('nice-digits', root));
    expect(bound).toMatchObject({ rows: 360, kind: 'lower bound', roundTrip: 0 });
  });

  it.each([
    ['step by step', { type: 'wavenet', features: 4, dilations: [1, 2] }, 12, 600],
    ['in one pass', { type: 'flow', layers: [{ type: 'wavenet-iaf', features: 4, dilations: [1, 2] }] }, 10, 500],
  ])('lets a model of sound be heard, %s', async (_name, model, context, samples) => {
    const registry = createRegistry().use(autoregressive);
    const built = registry.build({
      format: 'flowzoo/model',
      version: 1,
      event: [50],
      context,
      audio: { sampleRate: 1000 },
      model,
    });
    expect([isSound(built), isSound(power)]).toEqual([true, false]);
    const before = tf.memory().numTensors;
    const { png, sound } = await soundPicture('wave', built, { seconds: 0.1 });
    expect(tf.memory().numTensors).toBe(before);
    expect([...png.subarray(0, 4)]).toEqual(PNG);
    const recording = readWav(sound!.wav);
    expect(recording.sampleRate).toBe(1000);
    expect(recording.samples).toHaveLength(samples);
    const page = renderPage([], [{ file: 'wave.png', caption: 'wave', png, sound: sound! }]);
    expect(page).toContain('<audio controls src="wave-samples.wav"></audio>');
    built.dispose();
  });

  it.each([
    ['glow-mnist', ['glow-mnist-temperatures.png', 'glow-mnist-interpolation.png'], 'lower bound'],
    [
      'glow-digits',
      ['glow-digits-temperatures.png', 'glow-digits-interpolation.png', 'glow-digits-attribute.png'],
      'lower bound',
    ],
    ['pixelcnn-digits', ['pixelcnn-digits-samples.png', 'pixelcnn-digits-completion.png'], 'exact'],
    ['maf-protein', [], 'exact'],
  ])('shows %s', async (name, files, kind) => {
    const registry = createRegistry().use(coupling).use(autoregressive).use(glow);
    const model = await loadPreset<Model>(name, { registry });
    const before = tf.memory().numTensors;
    const { measurement, pictures } = await show(
      name,
      model,
      await evaluationRows(name, root),
      await evaluationLabels(name, root),
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(measurement).toMatchObject({ name, kind });
    expect(pictures.map(({ file }) => file)).toEqual(files);
    for (const { png } of pictures) expect([...png.subarray(0, 4)]).toEqual(PNG);
    model.dispose();
  });

  it('shows the classes of a conditional Glow', async () => {
    const spec = glowSpec({ event: [8, 8, 1], levels: 1, steps: 1, width: 4, values: 17, context: 3 });
    const flow = createRegistry().use(glow).build<FlowModel>(spec);
    const images = tf.floor(tf.randomUniform([32, 8, 8, 1], 0, 17, 'float32', 1));
    const classes = tf.tidy(() =>
      tf.cast(
        tf.oneHot(
          Array.from({ length: 32 }, (_, i) => i % 3),
          3,
        ),
        'float32',
      ),
    );
    flow.initialize(images, classes);
    const { measurement, pictures } = await show('glow-tiny', flow, {
      shape: [0],
      values: new Float32Array(0),
    } as never);
    expect(measurement).toBeNull();
    expect(pictures.map(({ file }) => file)).toEqual(['glow-tiny-classes.png']);
    tf.dispose([images, classes]);
    flow.dispose();
  });

  it('draws pictures and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const rows = await evaluationRows('nice-digits', root);
    const pictures = [
      await realDigits(rows),
      ...(await digitPictures('nice-digits', digits, rows, { steps: 8 })),
      ...(await powerPicture('realnvp-power-hourly', power, await evaluationRows('realnvp-power-hourly', root))),
    ];
    expect(pictures.map(({ file }) => file)).toEqual([
      'digits-real.png',
      'nice-digits-samples.png',
      'nice-digits-samples-cool.png',
      'nice-digits-inpainting.png',
      'realnvp-power-hourly-pairs.png',
    ]);
    for (const { png } of pictures) expect([...png.subarray(0, 4)]).toEqual(PNG);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('fits energies and runs chains, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { picture, table } = await energyPicture({ steps: 2 });
    expect([...picture.png.subarray(0, 4)]).toEqual(PNG);
    expect(table).toContain('U1');
    const traces = await samplerPicture({ steps: 5, draws: 40 });
    expect([...traces.picture.png.subarray(0, 4)]).toEqual(PNG);
    expect(traces.table).toContain('random walk');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('writes a page that names every picture and escapes what it shows', () => {
    const row = { name: '<b>', rows: 1, nats: '1', kind: 'exact', bits: null };
    const page = renderPage(
      [{ ...row, scoresPerSecond: 1, samplesPerSecond: 1, roundTrip: 0 }],
      [{ file: 'a.png', caption: 'x & "y"', png: new Uint8Array() }],
    );
    expect(page).toContain('<th>&lt;b&gt;</th>');
    expect(page).toContain('<img src="a.png" alt="x &amp; &quot;y&quot;">');
  });
});
