import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { drawVariables } from '../../test/part-checks.ts';
import { BACKENDS, expectClose, normal } from '../../test/numeric.ts';
import { Random } from '../random/random.ts';
import { ConvolutionLayer } from './convolution-layer.ts';
import type { Initialization } from './initialization.ts';

const drawn: Initialization = { name: 'he-normal', scale: 1 };
const common = { path: 'layer', inputs: 2, outputs: 3, kernel: 3, fallback: drawn };

describe.each(BACKENDS)('weight normalization on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it('is g·v/‖v‖ per output channel', () => {
    const layer = new ConvolutionLayer({
      ...common,
      weightNormalization: true,
      initialization: drawn,
      random: new Random(1),
    });
    drawVariables(layer, 1);
    const v = Array.from(layer.variables.get('weight')!.dataSync());
    const gain = Array.from(layer.variables.get('gain')!.dataSync());
    const norm = [0, 1, 2].map((o) => Math.hypot(...v.filter((_, i) => i % 3 === o)));
    const filter = v.map((value, i) => (gain[i % 3]! * value) / norm[i % 3]!);
    const x = normal([2, 4, 3, 2], 2) as tf.Tensor4D;
    const expected = tf.add(tf.conv2d(x, tf.tensor4d(filter, [3, 3, 2, 3]), 1, 'same'), layer.variables.get('bias')!);
    expectClose(layer.apply(x), expected);
  });

  it('starts as the filter it was drawn from', () => {
    const x = normal([1, 3, 3, 2], 2) as tf.Tensor4D;
    const [normalized, plain] = [true, false].map((weightNormalization) =>
      new ConvolutionLayer({ ...common, weightNormalization, initialization: drawn, random: new Random(4) }).apply(x),
    );
    expectClose(normalized!, plain!);
  });

  it('can leave zero', () => {
    const layer = new ConvolutionLayer({
      ...common,
      weightNormalization: true,
      initialization: { name: 'zero', scale: 1 },
      random: new Random(1),
    });
    const x = normal([2, 3, 3, 2], 2) as tf.Tensor4D;
    expect(layer.apply(x).dataSync()).toEqual(new Float32Array(54));
    const gain = layer.variables.get('gain')!;
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(layer.apply(x), normal([2, 3, 3, 3], 3))));
    expect(Array.from(grads[gain.name]!.dataSync()).every((value) => Math.abs(value) > 1e-6)).toBe(true);
  });
});
