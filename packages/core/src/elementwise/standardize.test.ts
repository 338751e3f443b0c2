import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { expectTwoWay, take, takeMapped } from '../../test/part-checks.ts';
import type { StateValues } from '../contracts/part.ts';
import { Standardize } from './index.ts';

const rows = [
  [1, 1000],
  [2, 1002],
  [6, 1004],
];

function fitted(): Standardize {
  const layer = new Standardize({ dataShape: [2], path: 'layers[0]' });
  tf.tidy(() => void layer.initialize(tf.tensor2d(rows)));
  return layer;
}

describe.each(BACKENDS)('Standardize on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it('fits mean and standard deviation and maps with them', () => {
    const layer = fitted();
    const x = tf.tensor2d([[3, 1003]]);
    const { value, logDet } = takeMapped(layer.inverse(x));
    const [a, b] = [Math.sqrt(14 / 3), Math.sqrt(8 / 3)];
    expect(value[0]).toBeCloseTo(0, 5);
    expect(value[1]).toBeCloseTo(1 / b, 4);
    expect(logDet[0]).toBeCloseTo(-Math.log(a * b), 5);
    expectTwoWay(
      layer,
      tf.tensor2d([
        [0.5, -2],
        [1, 1],
      ]),
    );
    tf.dispose(x);
    layer.dispose();
  });

  it('keeps the digits of a narrow column far from 0', () => {
    const layer = new Standardize({ dataShape: [1] });
    const x = tf.tensor2d(Array.from({ length: 1000 }, (_, i) => [65536 + (i % 2) / 64]));
    const z = take(layer.initialize(x));
    expect(z.slice(0, 2)).toEqual([-1, 1]);
    x.dispose();
  });

  it.each([
    { per: 'element' as const, shape: [2, 2, 3] },
    { per: 'channel' as const, shape: [2, 2, 3] },
    { per: 'scalar' as const, shape: [2, 2, 3] },
    { per: 'channel' as const, shape: [1] },
    { per: 'channel' as const, shape: [] },
  ])('gives mean 0 and variance 1 per $per of $shape', ({ per, shape }) => {
    const layer = new Standardize({ dataShape: shape, per });
    const x = tf.tidy(() => tf.add(tf.mul(normal([40, ...shape], 1), 7), 3));
    const z = layer.initialize(x);
    const axes =
      per === 'scalar' ? z.shape.map((_, i) => i) : per === 'element' ? [0] : z.shape.slice(0, -1).map((_, i) => i);
    const { mean, variance } = tf.moments(z, axes.length === 0 ? [0] : axes);
    for (const value of take(mean)) expect(value).toBeCloseTo(0, 4);
    for (const value of take(variance)) expect(value).toBeCloseTo(1, 4);
    expectTwoWay(layer, z);
    tf.dispose([x, z]);
    layer.dispose();
  });

  it('leaves only its result behind', () => {
    const x = normal([5, 2], 1);
    expect(
      leaked(() => {
        const layer = new Standardize({ dataShape: [2] });
        layer.initialize(x).dispose();
        layer.dispose();
      }),
    ).toBe(0);
    x.dispose();
  });
});

describe('the initialization of Standardize', () => {
  it('must come before either direction', () => {
    const layer = new Standardize({ dataShape: [1], path: 'layers[2]' });
    expect(layer.traits.needsInitialization).toBe(true);
    const x = tf.ones([1, 1]);
    const message = 'layers[2] (standardize): has no mean and scale yet. Call model.initialize(x)';
    expect(() => layer.inverse(x)).toThrow(message);
    expect(() => layer.forward(x)).toThrow(message);
    x.dispose();
  });

  it('happens once', () => {
    const layer = fitted();
    expect(layer.traits.needsInitialization).toBe(false);
    const other = tf.tensor2d([
      [100, 3],
      [50, 8],
    ]);
    const mean = Array.from(layer.state.get('mean')!.dataSync());
    layer.initialize(other).dispose();
    expect(Array.from(layer.state.get('mean')!.dataSync())).toEqual(mean);
    other.dispose();
  });

  it('travels with the state: a loaded layer is initialized and never fits again', () => {
    const source = fitted();
    const layer = new Standardize({ dataShape: [2] });
    const loaded = new Map<string, StateValues>();
    for (const [name, entry] of source.state) {
      layer.state.get(name)!.assign(entry.clone());
      loaded.set(name, entry.dataSync() as StateValues);
    }
    layer.stateLoaded(loaded);
    expect(layer.traits.needsInitialization).toBe(false);
    const x = tf.tensor2d([[9, 9]]);
    expect(take(layer.initialize(x))).toEqual(takeMapped(source.inverse(x)).value);
    x.dispose();
  });

  it.each([
    {
      name: 'a constant column',
      shape: [2],
      data: [1, 5, 2, 5, 3, 5],
      message: 'constant column: its standard deviation is 0 (got 5 throughout column 1)',
    },
    { name: 'a single row', shape: [2], data: [1, 5], message: 'got 1 throughout column 0' },
    { name: 'a constant that float32 rounds', shape: [1], data: [0.1, 0.1, 0.1], message: 'throughout column 0' },
    {
      name: 'a constant channel',
      shape: [1, 2, 2],
      data: [1, 0, 2, 0, 3, 0, 4, 0],
      message: 'got 0 throughout channel 1',
    },
    { name: 'NaN', shape: [2], data: [1, 2, 3, NaN], message: 'data that are not finite (got NaN in row 1, column 1)' },
    {
      name: 'infinity',
      shape: [1, 2, 2],
      data: [1, 2, Infinity, 3],
      message: 'got Infinity in row 0, element [0, 1, 0]',
    },
    { name: 'no rows', shape: [2], data: [], message: 'cannot be fitted to no data (got [0, 2])' },
  ])('refuses $name by its place', ({ shape, data, message }) => {
    const layer = new Standardize({ dataShape: shape, path: 'layers[0]' });
    const size = shape.reduce((product, length) => product * length, 1);
    const x = tf.tensor(data, [data.length / size, ...shape], 'float32');
    expect(() => layer.initialize(x)).toThrow(`layers[0] (standardize): cannot be fitted to`);
    expect(() => layer.initialize(x)).toThrow(message);
    expect(layer.traits.needsInitialization).toBe(true);
    x.dispose();
    layer.dispose();
  });

  it('names a constant pixel by its place', () => {
    const layer = new Standardize({ dataShape: [2, 2], per: 'element' });
    const x = tf.tensor3d([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [2, 3],
        [3, 5],
      ],
    ]);
    expect(() => layer.initialize(x)).toThrow('got 3 throughout element [1, 0]');
    x.dispose();
  });
});
