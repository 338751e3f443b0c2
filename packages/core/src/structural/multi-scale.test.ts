import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { drawVariables, expectTwoWay, expectVariableGradients, take, takeMapped } from '../../test/part-checks.ts';
import { elementwiseBijectors, Scale, Standardize } from '../elementwise/index.ts';
import { testBuild } from '../registry/test-build.ts';
import { MultiScale, Squeeze, structuralBijectors } from './index.ts';

const parts = { bijectors: { ...elementwiseBijectors, ...structuralBijectors } };
const scale = { type: 'scale', per: 'channel', value: 1, trainable: true };
const squeeze = { type: 'squeeze', factor: 2, order: 'channel-major' };

function create(levels: unknown, dataShape: readonly number[], keep = 'first'): MultiScale {
  const site = testBuild({ path: 'layers[0]', parts, shapes: { dataShape } });
  return structuralBijectors['multi-scale']!.create({ type: 'multi-scale', levels, keep } as never, site) as MultiScale;
}

describe.each(BACKENDS)('MultiScale on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each([
    { name: 'one level', levels: [{ layers: [squeeze, scale] }], shape: [2, 2, 1], parts: [[1, 1, 4]] },
    {
      name: 'three levels',
      levels: [{ layers: [squeeze, scale] }, { layers: [squeeze] }, { layers: [scale] }],
      shape: [4, 4, 1],
      parts: [
        [2, 2, 2],
        [1, 1, 4],
        [1, 1, 4],
      ],
    },
    {
      name: 'an odd number of features',
      levels: [{ layers: [scale] }, { layers: [scale] }],
      shape: [5],
      parts: [[2], [3]],
    },
    { name: 'levels without layers', levels: [{ layers: [] }, { layers: [] }], shape: [2], parts: [[1], [1]] },
  ])('goes both ways: $name', ({ levels, shape, parts: expected }) => {
    for (const keep of ['first', 'second']) {
      const layer = create(levels, shape, keep);
      drawVariables(layer, 1);
      expect(layer.parts).toEqual(expected);
      expect(layer.latentShape).toEqual([shape.reduce((product, length) => product * length, 1)]);
      const z = normal([3, ...layer.latentShape], 2);
      expectTwoWay(layer, z);
      z.dispose();
      layer.dispose();
    }
  });

  it('factors out the right channels and adds the log-dets of the levels', () => {
    const two = { ...scale, value: 2, trainable: false };
    const x = tf.tensor2d([[2, 4, 6, 8, 10]]);
    const first = takeMapped(create([{ layers: [two] }, { layers: [two] }], [5]).inverse(x));
    expect(first.value).toEqual([4, 5, 0.5, 1, 1.5]);
    expect(first.logDet[0]).toBeCloseTo(-8 * Math.log(2), 5);
    const second = takeMapped(create([{ layers: [two] }, { layers: [two] }], [5], 'second').inverse(x));
    expect(second.value).toEqual([1, 2, 1.5, 2, 2.5]);
    x.dispose();
  });

  it('passes the gradient of the latents on, with one level too', () => {
    const layer = create([{ layers: [squeeze, { ...scale, value: 3 }] }], [2, 2, 1]);
    const z = normal([2, 4], 1);
    const gradient = tf.grad((latents) => tf.sum(layer.forward(latents as tf.Tensor2D).value))(z);
    expect([...gradient.dataSync()]).toEqual(Array<number>(8).fill(3));
    tf.dispose([z, gradient]);
    layer.dispose();
  });

  it('splits latents by name and joins them again', () => {
    const layer = create([{ layers: [squeeze] }, { layers: [squeeze] }], [4, 4, 1]);
    const z = normal([2, 16], 1);
    const named = layer.split(z);
    expect(named.map(({ name, value }) => [name, value.shape])).toEqual([
      ['level 0', [2, 2, 2, 2]],
      ['level 1', [2, 1, 1, 8]],
    ]);
    const joined = layer.join(named.map(({ value }) => value));
    expect(take(joined)).toEqual(Array.from(z.dataSync()));
    expect(() => layer.join([named[0]!.value])).toThrow(
      'these are not the latents of the levels (expected [2, 2, 2] [1, 1, 8], got [2, 2, 2])',
    );
    for (const { value } of named) value.dispose();
  });

  it('trains every variable of every level', () => {
    const layer = create([{ layers: [squeeze, scale] }, { layers: [scale] }], [2, 2, 1]);
    expect([...layer.variables.keys()]).toEqual(['levels.0.1.logScale', 'levels.1.0.logScale']);
    drawVariables(layer, 1);
    const x = normal([2, 2, 2, 1], 1);
    expectVariableGradients(layer, () => {
      const { value, logDet } = layer.inverse(x);
      return tf.add(tf.sum(tf.square(value)), tf.sum(logDet)) as tf.Scalar;
    });
    x.dispose();
  });

  it('initializes through its levels and leaves nothing behind', () => {
    const x = normal([20, 4], 1);
    const count = leaked(() => {
      const layer = new MultiScale({
        dataShape: [4],
        levels: [[new Scale({ dataShape: [4], value: 3 })], [new Standardize({ dataShape: [2] })]],
      });
      expect(layer.traits.needsInitialization).toBe(true);
      const z = layer.initialize(x);
      const again = layer.inverse(x);
      expect(layer.traits.needsInitialization).toBe(false);
      expect(Array.from(z.dataSync())).toEqual(Array.from(again.value.dataSync()));
      const back = layer.forward(z);
      tf.dispose([z, again.value, again.logDet, back.value, back.logDet]);
      layer.dispose();
    });
    expect(count).toBe(0);
    x.dispose();
  });
});

describe('levels that cannot be', () => {
  it('a level that ends with one channel', () => {
    expect(() => create([{ layers: [scale] }, { layers: [] }], [4, 4, 1])).toThrow(
      'layers[0].levels[0]: half of the channels cannot leave: there are not two (expected at least 2 channels on the last axis after the level, got [4, 4, 1]). Begin the level with { "type": "squeeze" }',
    );
  });

  it('layers that do not fit', () => {
    const levels = [[new Squeeze({ dataShape: [4, 4, 1] })], [new Squeeze({ dataShape: [2, 2, 4] })]];
    expect(() => new MultiScale({ dataShape: [4, 4, 1], levels })).toThrow(
      'multi-scale, levels[1]: "squeeze" does not take the shape that arrives (expected [2, 2, 4], got [2, 2, 2])',
    );
  });
});
