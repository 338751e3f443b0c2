import {
  createRegistry,
  Invert,
  loadWeights,
  packWeights,
  trainingMode,
  type Bijector,
  type FlowModel,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { made64, orderOf } from '../../test/made64.ts';
import { distance, madeOf, normalRows, scatter } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';
import { MaskedAutoregressive } from './masked-autoregressive.ts';
import { inverseByPasses } from './sequential-inverse.ts';

const registry = createRegistry().use(autoregressive);
const network = { hidden: [12], activation: 'tanh' };

function build(config: object, dataShape: readonly number[], contextSize = 0): MaskedAutoregressive {
  const options = { dataShape, contextSize, seed: 3, path: 'layers[0]' };
  return registry.bijector({ type: 'maf', ...network, ...config }, options) as Bijector as MaskedAutoregressive;
}

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('autoregressive layers on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    [1, {}],
    [2, { order: 'reversed' }],
    [5, { order: 'random', degrees: 'random' }],
    [64, { order: 'random', hidden: [66] }],
  ])('have the formula of the paper, feature by feature in float64: D = %i, %j', (size, config) => {
    const layer = build({ ...config, transformer: LOG_PRECISION }, [size]);
    scatter(layer);
    const reference = made64(madeOf(layer));
    const z = normalRows(2, [size]);
    const found = layer.forward(z);
    const [values, logDets] = [found.value.arraySync() as number[][], found.logDet.arraySync() as number[]];
    (z.arraySync() as number[][]).forEach((row, k) => {
      const x = row.map(() => 0);
      let logDet = 0;
      for (const i of orderOf(madeOf(layer))) {
        const [mean, logPrecision] = reference.apply(x)[i]! as [number, number];
        x[i] = mean + Math.exp(-0.5 * logPrecision) * row[i]!;
        logDet -= 0.5 * logPrecision;
      }
      const scale = Math.max(1, ...x.map(Math.abs));
      x.forEach((value, i) => expect(Math.abs(values[k]![i]! - value) / scale).toBeLessThan(1e-4));
      expect(Math.abs(logDets[k]! - logDet)).toBeLessThan(1e-3 * Math.max(1, Math.abs(logDet)));
    });
    layer.dispose();
  });

  it.each([
    ['affine', { type: 'affine' }],
    ['additive', { type: 'additive' }],
    ['spline', { type: 'rational-quadratic-spline', bins: 4 }],
    ['gated', { type: 'gated', direction: 'inverse' }],
    ['mixture of logistics', { type: 'mixture-of-logistics', components: 2 }],
  ])('swap their directions by inversion: %s', async (_name, transformer) => {
    const direction = (which: string): object => ({
      transformer: { ...transformer, direction: which },
      order: 'random',
    });
    const maf = build(direction('inverse'), [4], 2);
    scatter(maf, 7);
    const iaf = build({ type: 'iaf', ...direction('forward') }, [4], 2);
    loadWeights(iaf, await packWeights(maf));
    const inverted = new Invert(maf);
    const [u, context] = [normalRows(3, [4]), normalRows(3, [2], 'context')];
    for (const way of ['forward', 'inverse'] as const) {
      const [a, b] = [iaf[way](u, context), inverted[way](u, context)];
      expect(distance(a.value, b.value)).toBeLessThan(1e-5);
      expect(distance(a.logDet, b.logDet)).toBeLessThan(1e-5);
    }
    expect(inverted.traits.passes).toEqual(iaf.traits.passes);
    inverted.dispose();
    iaf.dispose();
  });

  it.each([
    [{ type: 'maf' }, { forward: 5, inverse: 1 }],
    [{ type: 'iaf' }, { forward: 1, inverse: 5 }],
    [
      { type: 'maf', order: { parents: [[], [], [0, 1], [0, 1], [0]] } },
      { forward: 2, inverse: 1 },
    ],
    [
      { type: 'iaf', order: { parents: [[], [0], [1], [2], [0]] } },
      { forward: 1, inverse: 4 },
    ],
    [
      { type: 'maf', order: { parents: [[], [], [], [], []] } },
      { forward: 1, inverse: 1 },
    ],
  ])('evaluate their network as often as the traits say, if by passes: %j', (config, passes) => {
    const { type, map } = build(config, [5]);
    const layer = new MaskedAutoregressive({ type, dataShape: [5], ...map, solve: inverseByPasses });
    scatter(layer);
    const apply = vi.spyOn(madeOf(layer), 'apply');
    expect(layer.traits.passes).toEqual(passes);
    const x = normalRows(3, [5]);
    for (const way of ['forward', 'inverse'] as const) {
      apply.mockClear();
      layer[way](x);
      expect(apply).toHaveBeenCalledTimes(passes[way]);
    }
    expect(distance(layer.forward(layer.inverse(x).value).value, x)).toBeLessThan(1e-4);
    layer.dispose();
  });

  it('give the gradients of the passes themselves, without their tape', () => {
    const layer = build({ order: 'random', transformer: { type: 'rational-quadratic-spline', bins: 3 } }, [4], 2);
    scatter(layer);
    const made = madeOf(layer);
    const variables = [...layer.variables.values()];
    const [z, context] = [normalRows(3, [4]), normalRows(3, [2], 'context')];
    const weights = normalRows(3, [4], 'weights');
    const loss = (value: tf.Tensor, logDet: tf.Tensor): tf.Tensor =>
      tf.add(tf.sum(tf.mul(weights, value)), tf.sum(tf.mul(logDet, tf.tensor1d([1, -2, 0.5]))));
    const implicit = tf.grads((u, c) => {
      const { value, logDet } = layer.forward(u!, c);
      return loss(value, logDet);
    })([z, context, ...variables].slice(0, 2));
    const implicitVariables = tf.variableGrads(() => {
      const { value, logDet } = layer.forward(z, context);
      return loss(value, logDet) as tf.Scalar;
    }, variables).grads;

    const unrolled = (u: tf.Tensor, c: tf.Tensor): tf.Tensor => {
      const { transformer } = layer.map;
      let x: tf.Tensor = tf.zerosLike(u);
      let logDet: tf.Tensor = tf.zeros([3]);
      for (let pass = 0; pass < 4; pass++) {
        const theta = tf.reshape(made.apply(x, c), [3, 4, transformer.parameterCount]);
        const mapped = transformer.forward(u, theta);
        x = mapped.value;
        logDet = tf.sum(mapped.logDerivative, 1);
      }
      return loss(x, logDet);
    };
    const taped = tf.grads((u, c) => unrolled(u!, c!))([z, context]);
    taped.forEach((gradient, k) => expect(distance(gradient, implicit[k]!)).toBeLessThan(1e-4));
    const tapedVariables = tf.variableGrads(() => unrolled(z, context) as tf.Scalar, variables).grads;
    for (const [name, gradient] of Object.entries(tapedVariables)) {
      expect(distance(gradient, implicitVariables[name]!)).toBeLessThan(1e-4);
    }
    expect(Object.keys(implicitVariables)).toHaveLength(variables.length);
    layer.dispose();
  });

  it('keep unfinished features from reaching finished ones', () => {
    // In the first pass feature 2 sees 0 where feature 0 will be 100, divides 3e38 by e⁻¹⁰⁰, and is infinite.
    const layer = build({ hidden: [], order: 'natural', transformer: { type: 'affine', scale: 'exp' } }, [3]);
    const weight = layer.variables.get('conditioner.layers.0.weight')!;
    const bias = layer.variables.get('conditioner.layers.0.bias')!;
    tf.tidy(() => {
      weight.assign(tf.tensor2d([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 6]));
      bias.assign(tf.tensor1d([-100, 0, 0, 0, 0, -100]));
    });
    const { value, logDet } = layer.forward(tf.tensor2d([[0, 1, 3e38]]));
    expect(Array.from(value.dataSync())).toEqual([100, 1, Math.fround(3e38)]);
    expect(logDet.dataSync()[0]).toBe(0);
    layer.dispose();
  });

  it('drop the same units in every pass of a training step', () => {
    const layer = build({ dropout: 0.5, hidden: [20, 20] }, [4]);
    scatter(layer);
    const x = normalRows(8, [4]);
    const evaluated = layer.inverse(x).value;
    layer.setMode(trainingMode(1));
    const dropped = layer.inverse(x).value;
    expect(distance(dropped, evaluated)).toBeGreaterThan(0.01);
    expect(distance(layer.forward(dropped).value, x)).toBeLessThan(1e-4);
    layer.dispose();
  });

  it('leave no tensors behind, gradients included', () => {
    const layer = build({}, [3], 2);
    const [z, context] = [normalRows(2, [3]), normalRows(2, [2])];
    const before = tf.memory().numTensors;
    const gradients = tf.variableGrads(() => tf.sum(layer.forward(z, context).value), [...layer.variables.values()]);
    tf.dispose([gradients.value, gradients.grads] as never);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([z, context]);
    layer.dispose();
  });
});

const LOG_PRECISION = { type: 'affine', order: 'shift-scale', shiftGain: -1, scale: { gain: 0.5 } };

describe('an inverse autoregressive flow', () => {
  it.each(['gated', 'affine'])('scores its own samples as it drew them: %s', (type) => {
    const step = { type: 'iaf', ...network, transformer: { type, direction: 'forward' } };
    const layers = [step, { ...step, order: 'reversed' }];
    const model = { type: 'flow', layers } as never;
    const flow = registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [6], context: 2, model });
    for (const layer of flow.layers) scatter(layer);
    const context = normalRows(16, [2]);
    const { value, logProb } = flow.rsample!(16, { seed: 5, context });
    expect(distance(flow.logProb(value, context), logProb)).toBeLessThan(1e-3);
    flow.dispose();
  });
});

describe('options of autoregressive layers', () => {
  it('exclude what couples the features', () => {
    const transformer = { type: 'affine', scale: { center: true } };
    expect(() => build({ transformer }, [3])).toThrow(
      'layers[0].transformer.scale: centred scales depend on every feature, which an order excludes (expected "center": false, got "center": true). Keep the volume with coupling layers instead',
    );
  });

  it('are checked before anything is kept', () => {
    const before = tf.memory().numTensors;
    const transformer = { type: 'affine', scale: 'tanh-learned' };
    expect(() => build({ transformer, order: { parents: [[1], [0]] } }, [2])).toThrow('0 → 1 → 0');
    expect(() => build({ transformer, order: [0, 0] }, [2])).toThrow('the order does not name each feature once');
    expect(tf.memory().numTensors).toBe(before);
  });
});
