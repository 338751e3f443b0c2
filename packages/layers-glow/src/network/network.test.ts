import { createRegistry, evaluationMode, Random, trainingMode, type Conditioner, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, normalBatch, numbersOf, scatter } from '../../test/checks.ts';
import { glow } from '../plugin.ts';
import { BorderConvolution } from './border-convolution.ts';

const registry = createRegistry().use(glow);

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

function build(
  config: PartConfig & Readonly<Record<string, unknown>>,
  shapes: { readonly input: readonly number[]; readonly output: readonly number[]; readonly contextSize?: number },
): Conditioner {
  const { input, output, contextSize = 0 } = shapes;
  return registry.conditioner(config, { inputShape: input, outputShape: output, contextSize, path: 'net' });
}

describe('what is around an image', () => {
  const x = (): tf.Tensor4D => normalBatch(2, [3, 4, 2]) as tf.Tensor4D;

  it.each([
    ['zeros', 0],
    ['ones', 1],
  ] as const)('are %s', (padding, value) => {
    for (const kernel of [1, 3, 5]) {
      const layer = convolutionOf(padding, kernel);
      const reach = (kernel - 1) / 2;
      const around: [number, number] = [reach, reach];
      const padded = tf.pad(x(), [[0, 0], around, around, [0, 0]], value) as tf.Tensor4D;
      const weight = layer.variables.get('weight') as tf.Variable<tf.Rank.R4>;
      const expected = tf.mul(tf.add(tf.conv2d(padded, weight, 1, 'valid'), [1, 2, 3]), [2, 1, 0.5]);
      const logarithms = tf.tensor1d([2, 1, 0.5].map((scale) => Math.log(scale) / 3));
      const found = layer.apply(x(), { shift: tf.tensor1d([1, 2, 3]), logScale: logarithms, logFactor: 3 });
      expect(distance(found, expected)).toBeLessThan(1e-5);
      layer.dispose();
    }
  });

  it('is marked by a channel of its own', () => {
    const layer = convolutionOf('edge-channel', 3);
    expect([...layer.variables].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [3, 3, 2, 3]],
      ['edge', [3, 3, 1, 3]],
    ]);
    const around: [number, number][] = [[0, 0], [1, 1], [1, 1], [0, 0]]; // prettier-ignore
    const image = tf.concat([tf.pad(x(), around), tf.pad(tf.zeros([2, 3, 4, 1]), around, 1)], 3) as tf.Tensor4D;
    const filter = tf.concat([...layer.variables.values()], 2) as tf.Tensor4D;
    const expected = tf.conv2d(image, filter, 1, 'valid');
    const plain = { shift: tf.zeros<tf.Rank.R1>([3]), logScale: null, logFactor: 3 };
    expect(distance(layer.apply(x(), plain), expected)).toBeLessThan(1e-5);
    layer.dispose();
    // A filter of one pixel never sees what is outside.
    expect([...convolutionOf('edge-channel', 1).variables.keys()]).toEqual(['weight']);
  });
});

function convolutionOf(padding: 'zeros' | 'ones' | 'edge-channel', kernel: number): BorderConvolution {
  const initialization = { name: 'normal', scale: 1 } as const;
  return new BorderConvolution({
    path: 'net',
    inputs: 2,
    outputs: 3,
    kernel,
    padding,
    initialization,
    random: new Random(1),
  });
}

describe('the network of Glow', () => {
  const shapes = { input: [4, 4, 3], output: [4, 4, 6] };

  it('starts at zero, and its initialization standardizes every hidden layer', () => {
    const net = build({ type: 'glow-network', hidden: 8 }, shapes);
    const x = tf.add(tf.mul(normalBatch(64, [4, 4, 3]), 4), 2);
    expect(tf.max(tf.abs(net.apply(x))).dataSync()[0]).toBe(0);
    const out = net.initialize!(x);
    expect(tf.max(tf.abs(out)).dataSync()[0]).toBe(0);
    const weight = net.variables.get('hidden.0.convolution.weight') as tf.Variable<tf.Rank.R4>;
    const [shift, logs] = ['shift', 'logScale'].map((name) => net.variables.get(`hidden.0.${name}`)!);
    const raw = tf.conv2d(x as tf.Tensor4D, weight, 1, 'same');
    const { mean, variance } = tf.moments(tf.mul(tf.add(raw, shift!), tf.exp(tf.mul(logs!, 3))), [0, 1, 2]);
    expect(distance(mean, tf.zeros([8]))).toBeLessThan(1e-4);
    expect(distance(variance, tf.ones([8]))).toBeLessThan(1e-3);
    net.dispose();
  });

  it('keeps the scale of a channel that is constant', () => {
    const net = build({ type: 'glow-network', hidden: 4 }, { input: [2, 2, 0], output: [2, 2, 2] });
    net.initialize!(tf.zeros([8, 2, 2, 0])).dispose();
    expect(numbersOf(net, 'hidden.0.logScale')).toEqual([0, 0, 0, 0]);
    expect(net.variables.has('hidden.0.convolution.weight')).toBe(false);
    net.dispose();
  });

  it('takes its options', () => {
    const names = (config: object): string[] => {
      const net = build({ type: 'glow-network', hidden: 4, ...config }, { ...shapes, contextSize: 2 });
      const list = [...net.variables.keys(), ...net.state.keys()];
      net.dispose();
      return list;
    };
    expect(names({})).toContain('hidden.1.logScale');
    expect(names({})).not.toContain('context');
    expect(names({ context: true })).toContain('context');
    expect(names({ normalization: 'none' })).not.toContain('hidden.1.logScale');
    expect(names({ normalization: 'none' })).not.toContain('initialized');
    expect(names({ padding: 'edge-channel' })).toContain('last.convolution.edge');
    expect(names({ logFactor: 0 })).not.toContain('last.logScale');
    expect(names({ kernels: [3, 3, 3, 3] })).toContain('hidden.2.shift');
  });

  it('drops numbers in training only, the same within one mode', () => {
    const net = build({ type: 'glow-network', hidden: 32, dropout: 0.5 }, shapes);
    scatter(net);
    const x = normalBatch(2, [4, 4, 3]);
    const plain = net.apply(x);
    net.setMode(trainingMode(1));
    const thinned = net.apply(x);
    expect(distance(thinned, plain)).toBeGreaterThan(0.1);
    expect(distance(net.apply(x), thinned)).toBe(0);
    net.setMode(trainingMode(2));
    expect(distance(net.apply(x), thinned)).toBeGreaterThan(0.1);
    net.setMode(evaluationMode());
    expect(distance(net.apply(x), plain)).toBe(0);
    net.dispose();
  });

  it('treats a vector as one pixel', () => {
    const net = build({ type: 'glow-network', hidden: 4 }, { input: [3], output: [2] });
    scatter(net);
    expect(net.variables.get('hidden.0.convolution.weight')!.shape).toEqual([1, 1, 3, 4]);
    expect(net.apply(normalBatch(5, [3])).shape).toEqual([5, 2]);
    net.dispose();
  });

  it('refuses what is neither', () => {
    expect(() => build({ type: 'glow-network' }, { input: [4, 4], output: [4, 4] })).toThrow(
      'net: a convolutional conditioner maps images to images of the same height and width (expected [height, width, channels] for both, or [features] for both, got [4, 4] to [4, 4])',
    );
  });
});

describe('a zero convolution', () => {
  it('has parameters of no effect for a paper that counts them', () => {
    const shapes = { input: [4, 4, 0], output: [4, 4, 96] };
    const net = build({ type: 'zero-convolution', padding: 'edge-channel', unusedInputs: 96 }, shapes);
    const counted = [...net.variables.values()].reduce((sum, { size }) => sum + size, 0);
    expect(counted).toBe(9 * 97 * 96 + 2 * 96);
    const x = tf.zeros([2, 4, 4, 0]);
    const before = net.apply(x);
    net.variables.get('unused')!.assign(tf.ones([3, 3, 96, 96]));
    expect(distance(net.apply(x), before)).toBe(0);
    const { grads } = tf.variableGrads(() => tf.sum(net.apply(x)), [net.variables.get('unused') as tf.Variable]);
    expect(tf.max(tf.abs(Object.values(grads)[0]!)).dataSync()[0]).toBe(0);
    net.dispose();
  });
});
