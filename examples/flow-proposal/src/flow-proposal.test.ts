import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compareSamplers,
  doubleWell,
  doubleWellLogNormalizer,
  doubleWellTarget,
  fitProposal,
  formatFigures,
} from './index.ts';

describe('a flow as proposal on a double well', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('has the same target in tfjs and in plain numbers, and its normalizer', async () => {
    const values = Float64Array.of(0, 0, 2, 1, -1.7, 0.3);
    const { logDensity } = await doubleWellTarget.evaluate({ values, count: 3, size: 2 }, { gradient: false });
    const scores = tf.tidy(() => doubleWell(tf.tensor2d(Float32Array.from(values), [3, 2])).dataSync());
    logDensity.forEach((value, i) => expect(scores[i]).toBeCloseTo(value, 5));
    // Two normals of deviation ¼ to first order: log(2 · ¼ · √(2π) · ½ · √(2π)) = 0.45.
    expect(Math.abs(doubleWellLogNormalizer() - Math.log(Math.PI / 2))).toBeLessThan(0.05);
  });

  it('gives far more effective samples per draw than a random walk, and the right evidence', async () => {
    const { flow } = await fitProposal({ steps: 150, seed: 1 });
    const { walk, independence, importance } = await compareSamplers(flow, {
      chains: 16,
      walkSamples: 1000,
      flowSamples: 400,
      seed: 2,
    });
    flow.dispose();
    const perDraw = (figure: typeof walk): number => figure.effectiveSampleSize / figure.draws;
    expect(perDraw(independence)).toBeGreaterThan(20 * perDraw(walk));
    expect(independence.rHat).toBeLessThan(1.05);
    expect(Math.abs(independence.mean) / independence.standardError).toBeLessThan(4);
    const { value, standardError } = importance.logEvidence;
    expect(Math.abs(value - doubleWellLogNormalizer()) / standardError).toBeLessThan(4);
    expect(formatFigures([walk, independence])).toContain('flow proposal');
  });
});
