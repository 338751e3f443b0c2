import { createRegistry, type Bijector, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, numbersOf, planar64, scatter, type Map64 } from '../../test/float64.ts';
import { expectAgrees } from '../../test/two-way-checks.ts';
import { planar } from '../plugin.ts';

const registry = createRegistry().use(planar);

function build(size: number, config: object = {}): Bijector {
  return registry.bijector({ type: 'planar', ...config }, { dataShape: [size], seed: 3 });
}

/** The float64 map of a stack: forward runs the last layer first. */
function reference(layer: Bijector, options: Parameters<typeof planar64>[1] = {}): Map64 {
  const [u, w, b] = [numbersOf(layer, 'u'), numbersOf(layer, 'w'), numbersOf(layer, 'b')];
  const size = layer.dataShape[0]!;
  const part = (values: readonly number[], k: number): number[] => values.slice(k * size, (k + 1) * size);
  const maps = b.map((offset, k) => planar64({ u: part(u, k), w: part(w, k), b: offset }, options));
  return (x) => maps.reduceRight((value, map) => map(value), [...x]);
}

describe.each(['cpu', 'wasm'])('planar on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  describe.each([1, 10])('with parameters of order %d', (scale) => {
    it.each([1, 2, 3, 64])('agrees with float64 in %d dimensions', (size) => {
      const layer = build(size);
      scatter(layer, scale);
      expectAgrees(layer, reference(layer), { logDet: scale === 1 });
      layer.dispose();
    });
  });

  it.each([
    ['softplus', (a: number) => Math.log1p(Math.exp(a)), {}],
    ['leaky-relu', (a: number) => (a > 0 ? a : 0.2 * a), { slope: 0.2 }],
  ] as const)('agrees with float64 for %s', (activation, h, options) => {
    for (const scale of [1, 3]) {
      const layer = build(3, { activation, ...options });
      scatter(layer, scale);
      expectAgrees(layer, reference(layer, { h }), { logDet: true });
      layer.dispose();
    }
  });

  it('runs a stack as the chain of its layers', () => {
    const layer = build(2, { layers: 3 });
    scatter(layer, 1);
    expectAgrees(layer, reference(layer), { logDet: true });
    layer.dispose();
  });

  it('exchanges its directions', () => {
    const [usual, exchanged] = [build(3), build(3, { closed: 'inverse' })];
    const x = normalRows(4, 3);
    const [a, b] = [usual.forward(x), exchanged.inverse(x)];
    expect(Array.from(b.value.dataSync())).toEqual(Array.from(a.value.dataSync()));
    expect(Array.from(b.logDet.dataSync())).toEqual(Array.from(a.logDet.dataSync()));
    expect(usual.traits.method).toEqual({ forward: 'exact', inverse: 'iterative' });
    expect(exchanged.traits.method).toEqual({ forward: 'iterative', inverse: 'exact' });
    tf.dispose([x, a.value, a.logDet, b.value, b.logDet]);
    [usual, exchanged].forEach((layer) => layer.dispose());
  });

  it('is the formula of the paper with minimumSlope 0', () => {
    const layer = build(2, { minimumSlope: 0 });
    scatter(layer, 1);
    expectAgrees(layer, reference(layer, { minimumSlope: 0 }), { logDet: true });
    layer.dispose();
  });

  it('starts with a conditioner where it starts without one', () => {
    const context = normalRows(3, 2, 'context');
    const conditioned = registry.bijector(
      { type: 'planar', layers: 2, conditioner: { type: 'mlp', hidden: [4] } } as PartConfig,
      { dataShape: [3], contextSize: 2, seed: 3 },
    );
    const plain = build(3, { layers: 2 });
    const x = normalRows(3, 3);
    const [a, b] = [conditioned.forward(x, context), plain.forward(x)];
    a.value.dataSync().forEach((value, i) => expect(value).toBeCloseTo(b.value.dataSync()[i]!, 5));
    tf.dispose([context, x, a.value, a.logDet, b.value, b.logDet]);
    [conditioned, plain].forEach((layer) => layer.dispose());
  });

  it('learns by maximum likelihood through the root finder', () => {
    const flow = registry.build({
      format: 'flowzoo/model',
      version: 1,
      event: [1],
      seed: 1,
      model: { type: 'flow', layers: [{ type: 'planar', layers: 2, closed: 'forward' }] },
    } as never) as unknown as {
      logProb(x: tf.Tensor): tf.Tensor;
      variables: ReadonlyMap<string, tf.Variable>;
      dispose(): void;
    };
    // Two peaks, at ±2.
    const x = tf.tidy(() =>
      tf.add(tf.mul(normalRows(64, 1), 0.3), tf.reshape(tf.linspace(-1, 1, 64).sign().mul(2), [64, 1])),
    );
    const optimizer = tf.train.adam(0.05);
    const variables = [...flow.variables.values()];
    const losses = Array.from({ length: 40 }, () => {
      const loss = optimizer.minimize(() => tf.neg(tf.mean(flow.logProb(x))), true, variables)!;
      const [value] = loss.dataSync();
      loss.dispose();
      return value!;
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.5);
    optimizer.dispose();
    x.dispose();
    flow.dispose();
  });
});

describe('the options of planar', () => {
  it.each([
    [{ layers: 0 }, 'layers'],
    [{ activation: 'relu' }, 'activation'],
    [{ slope: 0 }, 'slope'],
    [{ minimumSlope: 1 }, 'minimumSlope'],
    [{ closed: 'both' }, 'closed'],
  ])('refuses %o', (config, place) => {
    expect(() => build(2, config)).toThrow(place);
  });
});
