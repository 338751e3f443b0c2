import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomLevels } from '../../test/image-models.ts';
import { waveParameters64, type WaveForm } from '../../test/wave-models-float64.ts';
import { waveModel } from '../../test/wave-models.ts';

const TIME = 9;
const LEVELS = 6;

const cases: [string, Record<string, unknown>, number, (context: number[]) => Partial<WaveForm>][] = [
  ['kernel 2', { dilations: [1, 2, 4] }, 0, () => ({})],
  ['kernel 3, other widths', { kernel: 3, dilations: [2, 1], skipFeatures: 3, outputFeatures: 7 }, 0, () => ({})],
  ['one-hot, global', { dilations: [1, 5], input: 'one-hot' }, 2, (global) => ({ global })],
  [
    'local and global',
    { dilations: [1, 2], stacks: 2, local: { features: 2, hop: 4 } },
    7,
    (c) => ({ global: c.slice(0, 1), frames: [c.slice(1, 3), c.slice(3, 5), c.slice(5, 7)], hop: 4 }),
  ],
];

describe.each(['cpu', 'wasm'])('a WaveNet in float64, on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each(cases)('%s: parameters and log-probability', (_, config, contextSize, take) => {
    const model = waveModel({ levels: LEVELS, features: 5, ...config }, { time: TIME, contextSize });
    const x = randomLevels([2, TIME], LEVELS);
    const numbers = [0.5, -1, 2, 0.1, -0.7, 1.3, 0.4];
    const rows = [0, 1].map((row) => Array.from({ length: contextSize }, (_value, i) => numbers[(i + row) % 7]!));
    const context = contextSize === 0 ? undefined : tf.tensor2d(rows);
    const parameters = model.headParameters(x, context);
    const logProb = model.logProb(x, context);
    const [found, total, levels] = [parameters.dataSync(), logProb.dataSync(), x.dataSync()];
    const dilations = Array.from({ length: Number(config.stacks ?? 1) }, () => config.dilations as number[]).flat();
    for (let row = 0; row < 2; row++) {
      const own = Array.from(levels.slice(row * TIME, (row + 1) * TIME));
      const isOneHot = config.input === 'one-hot';
      const signal = own.map((level) =>
        isOneHot
          ? Array.from({ length: LEVELS }, (_value, k) => Number(k === level))
          : [(2 * level) / (LEVELS - 1) - 1],
      );
      const skipFeatures = (config.skipFeatures as number | undefined) ?? 5;
      const form = { kernel: Number(config.kernel ?? 2), dilations, skipFeatures, ...take(rows[row]!) };
      const expected = waveParameters64(model, signal, form);
      let sum = 0;
      expected.forEach((logits, t) => {
        logits.forEach((logit, k) => expect(found[(row * TIME + t) * LEVELS + k]).toBeCloseTo(logit, 4));
        sum += logits[own[t]!]! - Math.log(logits.reduce((all, logit) => all + Math.exp(logit), 0));
      });
      expect(total[row]).toBeCloseTo(sum, 3);
    }
    tf.dispose([x, parameters, logProb, ...(context === undefined ? [] : [context])]);
    model.dispose();
  });

  it('probabilities of all signals sum to 1', () => {
    const model = waveModel({ levels: 3, features: 4, dilations: [1, 2] }, { time: 4 });
    const values = Float32Array.from({ length: 81 * 4 }, (_, i) => Math.floor(Math.floor(i / 4) / 3 ** (i % 4)) % 3);
    const total = tf.tidy(() => tf.sum(tf.exp(model.logProb(tf.tensor2d(values, [81, 4])))).dataSync()[0]!);
    expect(total).toBeCloseTo(1, 5);
    model.dispose();
  });
});
