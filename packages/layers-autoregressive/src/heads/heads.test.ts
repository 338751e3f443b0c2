import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { BernoulliHead, CategoricalHead, headOf, LogisticMixtureHead, type DiscreteHead } from './index.ts';

const mixture = (options: { channels: number; levels: number; colors?: 'linear' }): DiscreteHead =>
  new LogisticMixtureHead({ components: 3, ...options });

const heads: [string, DiscreteHead][] = [
  ['bernoulli', new BernoulliHead({ channels: 1 })],
  ['bernoulli of three channels', new BernoulliHead({ channels: 3 })],
  ['categorical of 17 levels', new CategoricalHead({ channels: 1, levels: 17 })],
  ['categorical of two channels', new CategoricalHead({ channels: 2, levels: 3 })],
  ['mixture of 256 levels', mixture({ channels: 1, levels: 256 })],
  ['mixture of 2 levels', mixture({ channels: 1, levels: 2 })],
  ['mixture of two channels', mixture({ channels: 2, levels: 5 })],
  ['linear mixture of three channels', mixture({ channels: 3, levels: 6, colors: 'linear' })],
];

/** All values of one position, `[Kᶜ, C]`. */
function everything({ levels, channels }: DiscreteHead): number[][] {
  let rows: number[][] = [[]];
  for (let c = 0; c < channels; c++) {
    rows = rows.flatMap((row) => Array.from({ length: levels }, (_, level) => [...row, level]));
  }
  return rows;
}

function logProbs(head: DiscreteHead, rows: readonly number[][], parameters: Float32Array): Float32Array {
  return tf.tidy(() => {
    const all = tf.tile(tf.tensor2d(parameters, [1, head.parameters]), [rows.length, 1]) as tf.Tensor2D;
    return head.logProb(tf.tensor2d(rows.flat(), [rows.length, head.channels]), all).dataSync<'float32'>();
  });
}

function draw(head: DiscreteHead, parameters: Float32Array, uniforms: Float32Array, temperature = 1): number[] {
  const levels = new Float32Array(head.channels);
  for (let channel = 0; channel < head.channels; channel++) {
    levels[channel] = head.draw({ channel, parameters, uniforms, levels, temperature });
  }
  return [...levels];
}

describe.each(['cpu', 'wasm'])('heads on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each(heads)(
    '%s: the probabilities of all values sum to 1, at parameters of order 1 and of order 30',
    (_, head) => {
      for (const scale of [1, 30]) {
        for (let seed = 0; seed < 4; seed++) {
          const parameters = new Random(seed).normals(head.parameters).map((value) => scale * value);
          const total = logProbs(head, everything(head), parameters).reduce((sum, value) => sum + Math.exp(value), 0);
          expect(Math.abs(total - 1)).toBeLessThan(1e-5);
        }
      }
    },
  );

  it.each([2, 17, 256])('one logistic of %i levels sums to 1 where it is hardest, and stays finite', (levels) => {
    const head = new LogisticMixtureHead({ channels: 1, levels, components: 1 });
    for (const mean of [-1000, -5, -1, -0.9999, 0, 0.3, 1, 5, 1000]) {
      for (const logScale of [-100, -7, -3, 0, 5, 7, 100]) {
        const values = logProbs(head, everything(head), Float32Array.of(0, mean, logScale));
        expect(values.every(Number.isFinite)).toBe(true);
        const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
        expect(Math.abs(total - 1), `mean ${mean}, log-scale ${logScale}`).toBeLessThan(1e-5);
      }
    }
  });

  it('a logistic has the mass between the ends of its bin', () => {
    const [mean, logScale, levels] = [0.2, -1.3, 9];
    const head = new LogisticMixtureHead({ channels: 1, levels, components: 1 });
    const cumulative = (t: number): number => 1 / (1 + Math.exp(-(t - mean) / Math.exp(logScale)));
    const values = logProbs(head, everything(head), Float32Array.of(0.7, mean, logScale));
    values.forEach((value, k) => {
      const [low, high] = [-1 + (2 * k - 1) / (levels - 1), -1 + (2 * k + 1) / (levels - 1)];
      const mass = (k === levels - 1 ? 1 : cumulative(high)) - (k === 0 ? 0 : cumulative(low));
      expect(value).toBeCloseTo(Math.log(mass), 4);
    });
  });

  it.each(heads)('%s: gradients are those of float64 differences', (_, head) => {
    const random = new Random('gradient');
    const parameters = random.normals(head.parameters);
    const x = everything(head)[Math.floor(0.6 * head.levels ** head.channels)]!;
    const gradient = tf.tidy(() => {
      const given = tf.tensor2d(parameters, [1, head.parameters]);
      const score = (p: tf.Tensor): tf.Tensor => head.logProb(tf.tensor2d([x]), p as tf.Tensor2D);
      return tf.grad(score)(given).dataSync();
    });
    parameters.forEach((value, i) => {
      const at = (step: number): number =>
        logProbs(
          head,
          [x],
          parameters.map((each, j) => (j === i ? value + step : each)),
        )[0]!;
      expect(gradient[i]! - (at(0.01) - at(-0.01)) / 0.02).toBeCloseTo(0, 2);
    });
  });

  it.each(heads)('%s: draws follow the probabilities', (_, head) => {
    const parameters = new Random('draws').normals(head.parameters);
    const rows = everything(head);
    const expected = logProbs(head, rows, parameters).map(Math.exp);
    const index = new Map(rows.map((row, i) => [row.join(), i]));
    const counts = new Float64Array(rows.length);
    const random = new Random(3);
    const N = 20_000;
    for (let i = 0; i < N; i++) counts[index.get(draw(head, parameters, random.uniforms(head.uniforms)).join())!]!++;
    let statistic = 0;
    let [rest, restCount, cells] = [0, 0, 0];
    expected.forEach((p, i) => {
      if (p * N < 10) {
        rest += p;
        restCount += counts[i]!;
        return;
      }
      cells++;
      statistic += (counts[i]! - p * N) ** 2 / (p * N);
    });
    if (rest * N > 1) statistic += (restCount - rest * N) ** 2 / (rest * N);
    // Chi-square with `cells` degrees of freedom at most: mean + 4.5 standard deviations.
    expect(statistic).toBeLessThan(cells + 4.5 * Math.sqrt(2 * cells) + 3);
  });

  it('leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    for (const [, head] of heads) logProbs(head, everything(head), new Float32Array(head.parameters));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('drawing from heads', () => {
  it('takes the most likely at temperature 0', () => {
    const uniforms = Float32Array.of(0.999, 0.999);
    const categorical = new CategoricalHead({ channels: 1, levels: 4 });
    expect(draw(categorical, Float32Array.of(0, 3, 2.9, 1), uniforms, 0)).toEqual([1]);
    expect(draw(new BernoulliHead({ channels: 2 }), Float32Array.of(0.1, -0.1), uniforms, 0)).toEqual([1, 0]);
    const logistic = new LogisticMixtureHead({ channels: 1, levels: 11, components: 2 });
    expect(draw(logistic, Float32Array.of(0, 1, -0.4, 0.4, 0, 0), uniforms, 0)).toEqual([7]);
  });

  it('sharpens as the temperature falls', () => {
    const head = new CategoricalHead({ channels: 1, levels: 3 });
    const random = new Random(1);
    const share = (temperature: number): number => {
      let hits = 0;
      for (let i = 0; i < 2000; i++) {
        if (draw(head, Float32Array.of(0, 1, 0), random.uniforms(1), temperature)[0] === 1) hits++;
      }
      return hits / 2000;
    };
    // e^{1/T} / (e^{1/T} + 2).
    expect(share(1)).toBeCloseTo(0.576, 1);
    expect(share(0.5)).toBeCloseTo(0.787, 1);
  });

  it('keeps to the levels, whatever the logistic says', () => {
    const head = new LogisticMixtureHead({ channels: 1, levels: 7, components: 1 });
    for (const uniform of [1e-7, 0.5, 1 - 1e-7]) {
      for (const mean of [-50, 0, 50]) {
        const [level] = draw(head, Float32Array.of(0, mean, 100), Float32Array.of(0.5, uniform)) as [number];
        expect(level >= 0 && level <= 6 && Number.isInteger(level)).toBe(true);
      }
    }
  });

  it('refuses a bernoulli of more than two levels', () => {
    expect(() =>
      headOf({ levels: 3, head: 'bernoulli', components: 1, colors: 'network' }, { channels: 1, at: 'model' }),
    ).toThrow('model: a bernoulli head has two levels (expected "levels": 2, got 3). Use "head": "categorical"');
  });

  it('picks the head by the number of levels', () => {
    const auto = { head: 'auto', components: 10, colors: 'network' } as const;
    expect(headOf({ ...auto, levels: 2 }, { channels: 1, at: '' }).type).toBe('bernoulli');
    expect(headOf({ ...auto, levels: 17 }, { channels: 1, at: '' }).type).toBe('categorical');
  });
});
