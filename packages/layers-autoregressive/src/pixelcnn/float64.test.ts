import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { categoricalLogProb64, gatedParameters64, plainParameters64 } from '../../test/image-models-float64.ts';
import { imageModel, randomLevels } from '../../test/image-models.ts';

const K = 3;
const sizes = { levels: K, head: 'categorical', firstKernel: 5, kernel: 3 };

describe.each(['cpu', 'wasm'])('against float64 on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  const cases: [string, readonly number[], number, boolean][] = [
    ['gated', [4, 5, 1], 0, true],
    ['gated', [4, 3, 3], 2, true],
    ['gated', [3, 4, 2], 0, false],
    ['plain', [4, 5, 1], 2, false],
    ['plain', [3, 4, 3], 0, false],
  ];
  it.each(cases)('%s, event %j, context of %i, skips %s: log-probabilities', (kind, event, contextSize, skip) => {
    const channels = event[2]!;
    const more = { features: 2 * channels, outputFeatures: 3 * channels };
    const model =
      kind === 'gated'
        ? imageModel(
            { type: 'gated-pixelcnn', ...sizes, ...more, layers: 3, skip: skip ? 'sum' : 'none' },
            { event, contextSize },
          )
        : imageModel({ type: 'pixelcnn', ...sizes, ...more, blocks: 2 }, { event, contextSize });
    const x = randomLevels([2, ...event], K, 'image');
    const context = contextSize === 0 ? undefined : tf.tensor2d([0.3, -1.2, 2, 0.7], [2, 2]);
    const found = tf.tidy(() => model.logProb(x, context).dataSync());
    const images = x.arraySync() as number[][][][];
    const contexts = context?.arraySync();
    images.forEach((image, i) => {
      const scaled = image.map((row) => row.map((pixel) => pixel.map((level) => (2 * level) / (K - 1) - 1)));
      const given = { groups: channels, ...(contexts === undefined ? {} : { context: contexts[i]! }) };
      const parameters =
        kind === 'gated'
          ? gatedParameters64(model, scaled, { ...given, kernels: [5, 3, 3], skip })
          : plainParameters64(model, scaled, { ...given, kernels: [5, 3, 3] });
      const expected = categoricalLogProb64(parameters, image, K);
      expect(Math.abs(found[i]! - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    });
    tf.dispose([x, ...(context === undefined ? [] : [context])]);
    model.dispose();
  });
});
