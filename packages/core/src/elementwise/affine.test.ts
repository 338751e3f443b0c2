import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, normal } from '../../test/numeric.ts';
import { drawVariables, expectTwoWay, expectVariableGradients, takeMapped } from '../../test/part-checks.ts';
import { Scale, Shift } from './index.ts';

const sharings = ['element', 'channel', 'scalar'] as const;

describe.each(BACKENDS)('scale and shift on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  describe.each(sharings)('with one parameter per %s', (per) => {
    it.each([{ shape: [3] }, { shape: [2, 2, 3] }, { shape: [1] }])(
      'train and invert at order one: $shape',
      ({ shape }) => {
        for (const layer of [new Scale({ dataShape: shape, per, value: -2 }), new Shift({ dataShape: shape, per })]) {
          drawVariables(layer, 3);
          const z = normal([3, ...shape], 1);
          const weight = normal([3, ...shape], 2);
          expectTwoWay(layer, z);
          expectVariableGradients(layer, () => {
            const { value, logDet } = layer.inverse(z);
            return tf.add(tf.sum(tf.mul(value, weight)), tf.sum(logDet)) as tf.Scalar;
          });
          tf.dispose([z, weight]);
          layer.dispose();
        }
      },
    );
  });

  it('count a shared scale once per element in the log-det', () => {
    const z = tf.ones([2, 4, 4, 3]);
    const perChannel = new Scale({ dataShape: [4, 4, 3], per: 'channel', value: [1, 2, 4] });
    const { value, logDet } = takeMapped(perChannel.forward(z));
    expect(value.slice(0, 3).map(Math.round)).toEqual([1, 2, 4]);
    expect(logDet[1]).toBeCloseTo(16 * Math.log(8), 3);
    z.dispose();
  });

  it('apply a fixed scale without rounding it through a logarithm', () => {
    const layer = new Scale({ dataShape: [1], value: 255, trainable: false });
    const x = tf.tensor2d([[255], [51]]);
    expect(takeMapped(layer.inverse(x)).value).toEqual([1, Math.fround(51 / 255)]);
    expect([...layer.variables.keys(), ...layer.state.keys()]).toEqual(['scale']);
    x.dispose();
  });
});

describe('scale and shift', () => {
  it('name their variables and state', () => {
    const scale = new Scale({ dataShape: [2], value: [3, -3] });
    expect([...scale.variables.keys()]).toEqual(['logScale']);
    expect(Array.from(scale.state.get('sign')!.dataSync())).toEqual([1, -1]);
    expect([...new Shift({ dataShape: [2] }).variables.keys()]).toEqual(['shift']);
    expect([...new Shift({ dataShape: [2], trainable: false }).state.keys()]).toEqual(['shift']);
  });

  it.each([
    {
      name: 'a scale of 0',
      make: () => new Scale({ dataShape: [2], value: [1, 0], path: 'layers[1]' }),
      message: 'layers[1] (scale): a scale of 0 has no inverse',
    },
    {
      name: 'a list of the wrong length',
      make: () => new Shift({ dataShape: [3], value: [1, 2], path: 'layers[0]' }),
      message: 'layers[0] (shift): "value" has the wrong number of values (expected 3, in row-major order of [3], or',
    },
    {
      name: 'a value that is not finite',
      make: () => new Shift({ dataShape: [2], value: [1, NaN] }),
      message: 'shift, value[1]: "value" must be finite (got NaN)',
    },
  ])('refuse $name', ({ make, message }) => {
    const before = tf.memory().numTensors;
    expect(make).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
