import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { drawVariables } from '../../test/part-checks.ts';
import { BACKENDS, expectClose, normal } from '../../test/numeric.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { PartConfig } from '../registry/plugin.ts';
import { createRegistry } from '../registry/registry.ts';

const x = [0.3, -1.2];
const context = [0.8, -0.5, 0.1];
const site = { inputShape: [2], outputShape: [3], contextSize: 3 };

/** Dense layers of a conditioner's variables in plain float64, by name. */
function denseOf(conditioner: Conditioner): (name: string, input: readonly number[]) => number[] {
  const values = new Map([...conditioner.variables].map(([name, variable]) => [name, variable.dataSync()]));
  return (name, input) => {
    const weight = values.get(`${name}.weight`)!;
    const bias = values.get(`${name}.bias`);
    const outputs = weight.length / input.length;
    return Array.from({ length: outputs }, (_, o) =>
      input.reduce((sum, value, i) => sum + value * weight[i * outputs + o]!, bias?.[o] ?? 0),
    );
  };
}

const gate = (h: number[], signal: number[]): number[] => h.map((value, i) => value / (1 + Math.exp(-signal[i]!)));
const add = (a: number[], b: number[]): number[] => a.map((value, i) => value + b[i]!);
const tanh = (h: number[]): number[] => h.map(Math.tanh);

type Dense = ReturnType<typeof denseOf>;
const formulas: [string, PartConfig & Record<string, unknown>, (dense: Dense) => number[]][] = [
  [
    'mlp, gates',
    { type: 'mlp', hidden: [4, 5], activation: 'tanh', context: 'glu' },
    (dense) => {
      let h = tanh(gate(dense('layers.0', x), dense('context.0', context)));
      h = tanh(gate(dense('layers.1', h), dense('context.1', context)));
      return dense('layers.2', h);
    },
  ],
  [
    'mlp, added through the nonlinearity',
    { type: 'mlp', hidden: [4], activation: 'tanh', context: 'add-activated', outputGain: 2, outputOffset: 1 },
    (dense) => {
      const h = tanh(add(dense('layers.0', x), tanh(dense('context.0', context))));
      return dense('layers.1', h).map((value) => 2 * value + 1);
    },
  ],
  [
    'resnet as in nflows',
    { type: 'resnet', hidden: 4, blocks: 2, activation: 'tanh' },
    (dense) => {
      let h = dense('first', [...x, ...context]);
      for (const i of [0, 1]) {
        const inside = dense(`blocks.${i}.second`, tanh(dense(`blocks.${i}.first`, tanh(h))));
        h = add(h, gate(inside, dense(`blocks.${i}.context`, context)));
      }
      return dense('last', h);
    },
  ],
  [
    'resnet, nonlinearity after the sum',
    { type: 'resnet', hidden: 4, blocks: 1, activation: 'tanh', preactivation: false, context: 'add' },
    (dense) => {
      const h = tanh(add(dense('first', x), dense('context', context)));
      return dense('last', tanh(add(h, dense('blocks.0.second', tanh(dense('blocks.0.first', h))))));
    },
  ],
];

describe.each(BACKENDS)('formulas of conditioners on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(formulas)('%s', (_, config, formula) => {
    const conditioner = createRegistry().conditioner(config, site);
    drawVariables(conditioner, 1);
    const y = conditioner.apply(tf.tensor2d([x]), tf.tensor2d([context]));
    expectClose(y, tf.tensor2d([formula(denseOf(conditioner))]));
  });

  it('convnet with skip sums', () => {
    const config = { type: 'convnet', hidden: 3, blocks: 2, skip: 'sum', weightNormalization: false };
    const conditioner = createRegistry().conditioner(config, { inputShape: [4, 3, 1], outputShape: [4, 3, 2] });
    drawVariables(conditioner, 1);
    const layer = (name: string, input: tf.Tensor): tf.Tensor => {
      const [weight, bias] = ['weight', 'bias'].map((key) => conditioner.variables.get(`${name}.${key}`)!);
      return tf.add(tf.conv2d(input as tf.Tensor4D, weight as unknown as tf.Tensor4D, 1, 'same'), bias!);
    };
    const image = normal([2, 4, 3, 1], 1);
    let h = layer('first', image);
    let sum = layer('skips.0', h);
    for (const i of [0, 1]) {
      h = tf.add(h, layer(`blocks.${i}.1`, tf.relu(layer(`blocks.${i}.0`, tf.relu(h)))));
      sum = tf.add(sum, layer(`skips.${i + 1}`, h));
    }
    const expected = layer('last', tf.relu(sum));
    expect(expected.shape).toEqual([2, 4, 3, 2]);
    expectClose(conditioner.apply(image), expected);
  });
});
