import { createRegistry, type Bijector, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance, jacobianLogDet, normalBatch, scatter } from '../../test/layer-checks.ts';
import { coupling } from '../plugin.ts';

const registry = createRegistry().use(coupling);
const mlp = { type: 'mlp', hidden: [7], activation: 'tanh' };
const convnet = { type: 'convnet', hidden: 4, blocks: 1, activation: 'tanh' };

const EVENTS: readonly (readonly [string, readonly number[], object])[] = [
  ['alternating, even', [4], { mask: 'alternating', conditioner: mlp }],
  ['alternating, odd, other parity', [5], { mask: 'alternating', parity: 1, conditioner: mlp }],
  ['halves, odd', [3], { mask: 'halves', conditioner: mlp }],
  ['halves, one element', [1], { mask: 'halves', conditioner: mlp }],
  ['listed', [5], { mask: { identity: [4, 1] }, conditioner: mlp }],
  ['channels of an image', [2, 2, 2], { mask: 'channel', conditioner: convnet }],
  ['channels of an image, dense conditioner', [2, 1, 3], { mask: 'channel', parity: 1, conditioner: mlp }],
  ['checkerboard', [3, 2, 1], { mask: 'checkerboard', conditioner: convnet }],
  ['checkerboard, odd, other parity', [3, 3, 1], { mask: 'checkerboard', parity: 1, conditioner: convnet }],
  ['checkerboard, dense conditioner', [1, 3, 2], { mask: 'checkerboard', conditioner: mlp }],
];

const TRANSFORMERS: readonly (readonly [string, object])[] = [
  ['additive', { type: 'additive-coupling' }],
  ['affine', { type: 'affine-coupling' }],
  ['affine as in Glow', { type: 'affine-coupling', scale: 'sigmoid', order: 'shift-scale' }],
  ['affine as in Real NVP', { type: 'affine-coupling', scale: 'tanh-learned', direction: 'forward' }],
  ['spline', { type: 'rational-quadratic-spline-coupling', bins: 4, interval: [-3, 3] }],
];

const CASES = EVENTS.flatMap(([event, dataShape, mask]) =>
  TRANSFORMERS.map(([name, rest]) => [`${name}: ${event}`, dataShape, { ...rest, ...mask } as PartConfig] as const),
);

const EXTRA: readonly (readonly [string, readonly number[], PartConfig])[] = [
  [
    'a spline on what stays too',
    [5],
    {
      type: 'coupling',
      conditioner: mlp,
      transformer: { type: 'affine', scale: 'exp' },
      unconditional: { type: 'rational-quadratic-spline', bins: 3, interval: [-3, 3] },
    } as PartConfig,
  ],
  [
    'a shift and scale on the pixels that stay',
    [2, 2, 2],
    {
      type: 'additive-coupling',
      mask: 'checkerboard',
      conditioner: convnet,
      unconditional: { type: 'affine' },
    } as PartConfig,
  ],
];

function build(config: PartConfig, dataShape: readonly number[], contextSize = 0): Bijector {
  return registry.bijector(config, { dataShape, contextSize, seed: 3 });
}

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('coupling layers on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([...CASES, ...EXTRA])('go there and back: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape);
    scatter(layer, name);
    const x = normalBatch(6, dataShape);
    const there = layer.inverse(x);
    const back = layer.forward(there.value);
    expect(there.logDet.shape).toEqual([6]);
    expect(distance(back.value, x)).toBeLessThan(2e-4);
    expect(distance(tf.neg(back.logDet), there.logDet)).toBeLessThan(1e-3);
    const other = layer.inverse(layer.forward(x).value);
    expect(distance(other.value, x)).toBeLessThan(2e-4);
    layer.dispose();
  });

  it.each([...CASES, ...EXTRA])('have the log-det of their Jacobian: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape);
    scatter(layer, name);
    const x = normalBatch(1, dataShape, name);
    for (const direction of ['forward', 'inverse'] as const) {
      const expected = jacobianLogDet((input) => layer[direction](input).value, x);
      expect(layer[direction](x).logDet.dataSync()[0]).toBeCloseTo(expected, 3);
    }
    layer.dispose();
  });

  it.each(CASES)('keep what they say they keep, bit for bit, and change the rest: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape);
    scatter(layer, name);
    const x = normalBatch(2, dataShape);
    const structure = layer.structure;
    const kept = structure?.kind === 'coupling' ? structure.identity : [];
    expect(structure?.kind).toBe('coupling');
    const size = x.size / 2;
    expect(kept.length).toBeLessThan(size);
    const [before, ...after] = [x, layer.forward(x).value, layer.inverse(x).value].map((each) => each.dataSync());
    for (const values of after) {
      for (let i = 0; i < x.size; i++) expect(Object.is(values[i], before![i])).toBe(kept.includes(i % size));
    }
    layer.dispose();
  });

  it.each([...CASES, ...EXTRA])('give every variable a finite gradient: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape);
    scatter(layer, name);
    const x = normalBatch(8, dataShape);
    const weights = normalBatch(8, dataShape, 'weights');
    const { grads } = tf.variableGrads(() => {
      const { value, logDet } = layer.inverse(x);
      return tf.add(tf.sum(tf.mul(value, weights)), tf.sum(logDet));
    }, [...layer.variables.values()]);
    for (const [key, variable] of layer.variables) {
      // A network without inputs has first weights without elements.
      if (variable.size === 0) continue;
      const gradient = grads[variable.name];
      expect(gradient, key).toBeDefined();
      const values = Array.from(gradient!.dataSync());
      expect(values.every(Number.isFinite), key).toBe(true);
      const unreachable = dataShape.length === 1 && dataShape[0] === 1 && key === 'conditioner.layers.0.weight';
      if (!unreachable)
        expect(
          values.some((value) => value !== 0),
          key,
        ).toBe(true);
    }
    layer.dispose();
  });

  it.each(CASES)('stay finite far out: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape);
    scatter(layer, name);
    const x = tf.mul(
      normalBatch(4, dataShape),
      tf.reshape(tf.tensor([1, 1e2, 1e4, -1e4]), [4, ...dataShape.map(() => 1)]),
    );
    for (const direction of ['forward', 'inverse'] as const) {
      const gradient = tf.grad((input) => {
        const { value, logDet } = layer[direction](input);
        return tf.add(tf.sum(value), tf.sum(logDet));
      })(x);
      const { value, logDet } = layer[direction](x);
      for (const each of [gradient, value, logDet])
        expect(Array.from(each.dataSync()).every(Number.isFinite)).toBe(true);
    }
    layer.dispose();
  });

  it.each([CASES[1]!, CASES[4]!, CASES[36]!])('start as the identity: %s', (_name, dataShape, config) => {
    const layer = build(config, dataShape);
    const x = normalBatch(3, dataShape);
    const { value, logDet } = layer.inverse(x);
    expect(distance(value, x)).toBeLessThan(1e-6);
    expect(distance(logDet, tf.zeros([3]))).toBeLessThan(1e-6);
    layer.dispose();
  });

  it.each([CASES[1]!, CASES[16]!, CASES[36]!])('answer to a context: %s', (name, dataShape, config) => {
    const layer = build(config, dataShape, 2);
    scatter(layer, name);
    const x = normalBatch(3, dataShape);
    const [one, two] = [normalBatch(3, [2], 'one'), normalBatch(3, [2], 'two')];
    const there = layer.inverse(x, one);
    expect(distance(layer.forward(there.value, one).value, x)).toBeLessThan(1e-4);
    expect(distance(layer.inverse(x, two).value, there.value)).toBeGreaterThan(1e-3);
    expect(() => layer.inverse(x)).toThrow('needs a context (expected [3, 2], got none)');
    layer.dispose();
  });

  it('leave no tensors behind', () => {
    const before = tf.memory().numTensors;
    for (const [name, dataShape, config] of [CASES[4]!, CASES[36]!]) {
      const layer = build(config, dataShape);
      scatter(layer, name);
      const x = normalBatch(3, dataShape);
      const built = tf.memory().numTensors;
      const { value, logDet } = layer.inverse(x);
      expect(tf.memory().numTensors).toBe(built + 2);
      tf.dispose([value, logDet, x]);
      layer.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the state of a coupling', () => {
  it('decides what stays, and not the rule that once made it', () => {
    const layer = build({ type: 'additive-coupling', mask: 'halves', conditioner: mlp } as PartConfig, [4]);
    expect([...layer.state.keys()]).toEqual(['identity', 'transform']);
    layer.stateLoaded(
      new Map([
        ['identity', Int32Array.of(3, 0)],
        ['transform', Int32Array.of(1, 2)],
      ]),
    );
    expect(layer.structure).toEqual({ kind: 'coupling', identity: [3, 0] });
    scatter(layer, 'state');
    const x = normalBatch(2, [4]);
    const [a, b] = [x.arraySync() as number[][], layer.inverse(x).value.arraySync() as number[][]];
    expect(a[0]![3]).toBe(b[0]![3]);
    expect(a[0]![1]).not.toBe(b[0]![1]);
    layer.dispose();
  });

  it('is refused when it is no partition', () => {
    const layer = build({ type: 'additive-coupling', mask: 'halves', conditioner: mlp } as PartConfig, [4]);
    const wrong = new Map([
      ['identity', Int32Array.of(3, 1)],
      ['transform', Int32Array.of(1, 2)],
    ]);
    expect(() => layer.stateLoaded(wrong)).toThrow(
      'additive-coupling (additive-coupling): the saved index lists are no partition of the features (expected each of 0 to 3 once, got 1, 1, 2, 3)',
    );
    const board = build(
      { type: 'additive-coupling', mask: 'checkerboard', conditioner: convnet } as PartConfig,
      [2, 2, 1],
    );
    expect(() => board.stateLoaded(new Map([['mask', Int32Array.of(1, 1, 1, 1)]]))).toThrow(
      'the saved mask is no mask',
    );
  });
});
