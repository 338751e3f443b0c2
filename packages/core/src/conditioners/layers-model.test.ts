import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, expectClose, leaked, normal } from '../../test/numeric.ts';
import { trainingMode } from '../contracts/mode.ts';
import { conditionerFromLayersModel } from './layers-model.ts';

function network(): tf.LayersModel {
  const layers = [
    tf.layers.dense({ units: 5, inputShape: [2], activation: 'tanh' }),
    tf.layers.batchNormalization(),
    tf.layers.dense({ units: 4 }),
  ];
  return tf.sequential({ layers });
}

function conditional(): tf.LayersModel {
  const [x, context] = [tf.input({ shape: [2] }), tf.input({ shape: [3] })];
  const joined = tf.layers.concatenate().apply([x, context]) as tf.SymbolicTensor;
  const output = tf.layers.dense({ units: 4 }).apply(joined) as tf.SymbolicTensor;
  return tf.model({ inputs: [x, context], outputs: output });
}

const shapes = { inputShape: [2], outputShape: [4] };

describe.each(BACKENDS)('conditionerFromLayersModel on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it('computes what the model computes', () => {
    const model = network();
    const conditioner = conditionerFromLayersModel(model, shapes);
    const x = normal([3, 2], 1);
    expectClose(conditioner.apply(x), model.predict(x) as tf.Tensor);
    conditioner.dispose();
  });

  it('names its weights by place, however many models there were', () => {
    network();
    const conditioner = conditionerFromLayersModel(network(), shapes);
    expect([...conditioner.variables.keys()]).toEqual([
      'layers.0.kernel',
      'layers.0.bias',
      'layers.1.gamma',
      'layers.1.beta',
      'layers.2.kernel',
      'layers.2.bias',
    ]);
    expect([...conditioner.state.keys()]).toEqual(['layers.1.moving_mean', 'layers.1.moving_variance']);
  });

  it('gives every variable its gradient', () => {
    const conditioner = conditionerFromLayersModel(network(), shapes);
    const [x, weights] = [normal([3, 2], 1), normal([3, 4], 2)];
    const loss = (): tf.Scalar => tf.sum(tf.mul(conditioner.apply(x), weights));
    const { grads } = tf.variableGrads(loss, [...conditioner.variables.values()]);
    expect(Object.keys(grads)).toHaveLength(6);
    for (const [name, variable] of conditioner.variables) {
      const direction = normal(variable.shape, name);
      const center = tf.clone(variable);
      const at = (step: number): number => {
        variable.assign(tf.add(center, tf.mul(direction, step)));
        return loss().dataSync()[0]!;
      };
      const slope = tf.sum(tf.mul(grads[variable.name]!, direction)).dataSync()[0]!;
      expect(Math.abs((at(0.01) - at(-0.01)) / 0.02 - slope), name).toBeLessThan(1e-2 * (1 + Math.abs(slope)));
      variable.assign(center);
    }
  });

  it('takes a context as second input', () => {
    const conditioner = conditionerFromLayersModel(conditional(), shapes);
    expect(conditioner.contextSize).toBe(3);
    const x = normal([2, 2], 1);
    const y = conditioner.apply(x, tf.zeros([2, 3]));
    expect(conditioner.apply(x, tf.ones([2, 3])).dataSync()).not.toEqual(y.dataSync());
    expect(() => conditioner.apply(x)).toThrow('needs a context');
  });

  it('trains its layers in training mode', () => {
    const conditioner = conditionerFromLayersModel(network(), shapes);
    const x = normal([4, 2], 1);
    const evaluated = conditioner.apply(x).dataSync();
    conditioner.setMode(trainingMode(1));
    expect(conditioner.apply(x).dataSync()).not.toEqual(evaluated);
  });

  it('leaves nothing behind and disposes the model', () => {
    const x = normal([3, 2], 1);
    const cycle = (): void => {
      const conditioner = conditionerFromLayersModel(network(), shapes);
      conditioner.apply(x).dispose();
      conditioner.dispose();
      conditioner.dispose();
    };
    expect(leaked(cycle)).toBe(0);
  });
});

describe('conditionerFromLayersModel', () => {
  it('refuses models that do not fit', () => {
    const make = (inputShape: number[], outputShape: number[]): unknown =>
      conditionerFromLayersModel(network(), { inputShape, outputShape, path: 'net' });
    expect(() => make([3], [4])).toThrow('net: the model takes another shape (expected [batch, 3], got [batch, 2])');
    expect(() => make([2], [2, 2])).toThrow(
      'net: the model gives another shape (expected [batch, 2, 2], got [batch, 4])',
    );
    const x = tf.input({ shape: [2] });
    const image = tf.input({ shape: [2, 1] });
    const flat = tf.layers.flatten().apply(image) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([x, flat]) as tf.SymbolicTensor;
    const rank = tf.model({ inputs: [x, image], outputs: sum });
    expect(() => conditionerFromLayersModel(rank, { inputShape: [2], outputShape: [2], path: 'net' })).toThrow(
      "net: the model's second input is not a context (expected [batch, contextSize], got [batch, 2, 1])",
    );
    const double = tf.model({ inputs: x, outputs: [tf.layers.reLU().apply(x), tf.layers.elu().apply(x)] as never });
    expect(() => conditionerFromLayersModel(double, { inputShape: [2], outputShape: [2], path: 'net' })).toThrow(
      'net: the model cannot condition a layer (expected one input, or two with the context as second, and one output, got 1 inputs and 2 outputs)',
    );
  });
});
