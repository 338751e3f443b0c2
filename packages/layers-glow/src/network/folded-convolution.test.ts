import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, leaked, normalBatch } from '../../test/checks.ts';
import { BorderConvolution, type OutputAffine } from './border-convolution.ts';
import { canFold } from './folded-convolution.ts';

beforeAll(() => {
  tf.enableProdMode();
});

const forms = (['zeros', 'edge-channel'] as const).flatMap((padding) =>
  (['relu', 'linear'] as const).flatMap((activation) =>
    [true, false].map((scaled) => ({ padding, activation, scaled })),
  ),
);

/** Value, and gradients in input, shift, logarithms of the scale, and variables, on one backend. */
async function evaluated(
  backend: string,
  { padding, activation, scaled }: (typeof forms)[number],
): Promise<number[][]> {
  await tf.setBackend(backend);
  const layer = new BorderConvolution({
    path: 'net',
    inputs: 3,
    outputs: 5,
    kernel: 3,
    padding,
    initialization: { name: 'normal', scale: 1 },
    random: new Random(1),
  });
  const [x, shift, logScale] = [normalBatch(2, [4, 3, 3]), normalBatch(5, [], 's'), normalBatch(5, [], 'l')];
  const weights = normalBatch(2, [4, 3, 5], 'weights');
  const apply = (input: tf.Tensor, b: tf.Tensor, r: tf.Tensor): tf.Tensor => {
    const affine = { shift: b, logScale: scaled ? r : null, logFactor: 0.7, activation } as OutputAffine;
    return layer.apply(input as tf.Tensor4D, affine);
  };
  const loss = (input: tf.Tensor, b: tf.Tensor, r: tf.Tensor): tf.Scalar =>
    tf.add(tf.sum(tf.mul(tf.sin(apply(input, b, r)), weights)), tf.mul(tf.sum(r), 0));
  const of = tf.grads((a, b, c) => loss(a!, b!, c!))([x, shift, logScale]);
  const { grads } = tf.variableGrads(() => loss(x, shift, logScale), [...layer.variables.values()]);
  const named = [...layer.variables.values()].map(({ name }) => grads[name]!);
  const all = [apply(x, shift, logScale), ...of, ...named].map((each) => Array.from(each.dataSync()));
  layer.dispose();
  return all;
}

describe('a convolution with its normalization and rectifier folded in', () => {
  it.each(forms)(
    'has the value and the gradients of single operations: $padding, $activation, scale $scaled',
    async (form) => {
      const expected = await evaluated('cpu', form);
      expect(canFold()).toBe(false);
      const found = await evaluated('wasm', form);
      expect(found).toHaveLength(form.padding === 'zeros' ? 5 : 6);
      found.forEach((values, index) => {
        const own = tf.tensor1d(expected[index]!);
        const largest = Math.max(1, tf.max(tf.abs(own)).dataSync()[0]!);
        expect(distance(tf.tensor1d(values), own) / largest, String(index)).toBeLessThan(2e-5);
      });
    },
  );

  it('leaves nothing behind', async () => {
    await tf.setBackend('wasm');
    const x = normalBatch(1, [3, 3, 2]);
    const layer = new BorderConvolution({
      path: 'net',
      inputs: 2,
      outputs: 4,
      kernel: 3,
      padding: 'edge-channel',
      initialization: { name: 'zero', scale: 0 },
      random: new Random(1),
    });
    const [shift, logScale] = [tf.zeros<tf.Rank.R1>([4]), tf.zeros<tf.Rank.R1>([4])];
    const run = (): void => {
      const gradient = tf.grad((input) =>
        tf.tidy(() => layer.apply(input as tf.Tensor4D, { shift, logScale, logFactor: 3, activation: 'relu' })),
      )(x);
      gradient.dispose();
    };
    run();
    expect(leaked(run)).toBe(0);
    layer.dispose();
    tf.dispose([x, shift, logScale]);
  });
});
