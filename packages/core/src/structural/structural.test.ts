import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { expectTwoWay, take, takeMapped } from '../../test/part-checks.ts';
import type { Bijector } from '../contracts/bijector.ts';
import type { Shape } from '../contracts/shape.ts';
import { testBuild } from '../registry/test-build.ts';
import { Permutation, Reshape, Squeeze, structuralBijectors } from './index.ts';

function build(type: string, config: object, dataShape: Shape): Bijector {
  return structuralBijectors[type]!.create(
    { type, ...config } as never,
    testBuild({ path: 'layers[1]', shapes: { dataShape } }),
  );
}

interface Case {
  readonly name: string;
  readonly make: () => Bijector;
  /** Where each latent comes from: z.flat[i] = x.flat[from[i]]. */
  readonly from: readonly number[];
  readonly latentShape: Shape;
}

const cases: Case[] = [
  {
    name: 'an explicit permutation',
    make: () => new Permutation({ dataShape: [3], order: [2, 0, 1] }),
    from: [2, 0, 1],
    latentShape: [3],
  },
  {
    name: 'a permutation of one',
    make: () => build('permutation', { order: 'random', axis: -1 }, [1]),
    from: [0],
    latentShape: [1],
  },
  {
    name: 'a reversal of channels',
    make: () => build('permutation', { order: 'reverse', axis: -1 }, [2, 3]),
    from: [2, 1, 0, 5, 4, 3],
    latentShape: [2, 3],
  },
  {
    name: 'a permutation of rows',
    make: () => new Permutation({ dataShape: [3, 1, 2], order: [1, 2, 0], axis: 0 }),
    from: [2, 3, 4, 5, 0, 1],
    latentShape: [3, 1, 2],
  },
  {
    name: 'a reshape',
    make: () => build('reshape', { shape: [3, 2] }, [2, 3]),
    from: [0, 1, 2, 3, 4, 5],
    latentShape: [3, 2],
  },
  { name: 'a flattening', make: () => build('flatten', {}, [1, 2, 2]), from: [0, 1, 2, 3], latentShape: [4] },
  {
    // Channel c·4 + i·2 + j of a 2×2 block with C = 2, by hand.
    name: 'a channel-major squeeze',
    make: () => new Squeeze({ dataShape: [2, 2, 2] }),
    from: [0, 2, 4, 6, 1, 3, 5, 7],
    latentShape: [1, 1, 8],
  },
  {
    name: 'a space-major squeeze',
    make: () => new Squeeze({ dataShape: [2, 2, 2], order: 'space-major' }),
    from: [0, 1, 2, 3, 4, 5, 6, 7],
    latentShape: [1, 1, 8],
  },
  {
    name: 'a squeeze of an oblong image',
    make: () => new Squeeze({ dataShape: [2, 4, 1] }),
    from: [0, 1, 4, 5, 2, 3, 6, 7],
    latentShape: [1, 2, 4],
  },
  {
    name: 'a squeeze by three',
    make: () => new Squeeze({ dataShape: [3, 3, 1], factor: 3 }),
    from: [0, 1, 2, 3, 4, 5, 6, 7, 8],
    latentShape: [1, 1, 9],
  },
];

describe.each(BACKENDS)('structural bijectors on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(cases)('$name moves every element where it belongs and back', ({ make, from, latentShape }) => {
    const layer = make();
    const x = normal([2, ...layer.dataShape], 1);
    const data = Array.from(x.dataSync());
    const there = takeMapped(layer.inverse(x));
    expect(there.shape).toEqual([2, ...latentShape]);
    expect(layer.latentShape).toEqual(latentShape);
    expect(there.value).toEqual([...from, ...from.map((index) => index + from.length)].map((index) => data[index]));
    expect(there.logDet).toEqual([0, 0]);
    const z = tf.tensor(there.value, there.shape);
    const back = takeMapped(layer.forward(z));
    expect(back.value).toEqual(data);
    expect(back.logDet).toEqual([0, 0]);
    expectTwoWay(layer, z);
    tf.dispose([x, z]);
    layer.dispose();
  });

  it.each(cases)('$name carries gradients back the way the values came', ({ make }) => {
    const layer = make();
    const x = normal([1, ...layer.dataShape], 1);
    const dz = normal([1, ...layer.latentShape], 2);
    const dx = tf.grad((t: tf.Tensor) => layer.inverse(t).value)(x, dz);
    const expected = layer.forward(dz);
    expect(take(dx)).toEqual(take(expected.value));
    tf.dispose([x, dz, expected.logDet]);
    layer.dispose();
  });

  it('leave nothing behind', () => {
    const before = tf.memory().numTensors;
    for (const { make } of cases) {
      const layer = make();
      const x = normal([2, ...layer.dataShape], 1);
      const z = layer.inverse(x);
      const back = layer.forward(z.value);
      tf.dispose([x, z.value, z.logDet, back.value, back.logDet]);
      layer.dispose();
      layer.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('squeeze in space-major order like tf.spaceToDepth undoes', () => {
    const layer = new Squeeze({ dataShape: [4, 6, 3], order: 'space-major' });
    const x = normal([2, 4, 6, 3], 1) as tf.Tensor4D;
    const { value, logDet } = layer.inverse(x);
    const back = tf.depthToSpace(value as tf.Tensor4D, 2);
    expect(take(back)).toEqual(Array.from(x.dataSync()));
    tf.dispose([x, value, logDet]);
  });
});

describe('Permutation', () => {
  it('draws a random order from the seed of the build and stores it', () => {
    const orders = [1, 1, 2].map((seed) => {
      const site = testBuild({ seed, shapes: { dataShape: [20] } });
      const layer = structuralBijectors['permutation']!.create(
        { type: 'permutation', order: 'random', axis: -1 } as never,
        site,
      );
      return Array.from(layer.state.get('order')!.dataSync());
    });
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    expect(orders[0]!.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('uses the order that a load brought', () => {
    const layer = new Permutation({ dataShape: [3], order: [0, 1, 2] });
    layer.stateLoaded(new Map([['order', Int32Array.of(1, 2, 0)]]));
    const x = tf.tensor2d([[10, 20, 30]]);
    const z = layer.inverse(x);
    expect(Array.from(z.value.dataSync())).toEqual([20, 30, 10]);
    expect(takeMapped(layer.forward(z.value)).value).toEqual([10, 20, 30]);
    expect(layer.order).toEqual([1, 2, 0]);
  });
});

describe('bad structure', () => {
  it.each([
    {
      name: 'an order of the wrong length',
      make: () => build('permutation', { order: [0, 1], axis: -1 }, [3]),
      message: 'layers[1] (permutation): "order" has another length than the axis it permutes (expected 3, got 2)',
    },
    {
      name: 'an order that is no permutation',
      make: () => build('permutation', { order: [0, 2, 2], axis: -1 }, [3]),
      message: '"order" must contain every index once (expected the numbers 0 … 2, got [0, 2, 2])',
    },
    {
      name: 'an axis that does not exist',
      make: () => build('permutation', { order: 'reverse', axis: 2 }, [3, 4]),
      message: '"axis" is no axis of the event (expected -2 … 1, got 2)',
    },
    {
      name: 'a scalar event without axes',
      make: () => build('permutation', { order: 'random', axis: -1 }, []),
      message: 'expected an event with an axis',
    },
    {
      name: 'a reshape that loses elements',
      make: () => new Reshape({ dataShape: [2, 3], latentShape: [5], path: 'layers[1]' }),
      message: 'a reshape keeps the number of elements (expected a shape of 6 elements, as [2, 3] has, got [5] of 5)',
    },
    {
      name: 'an odd image',
      make: () => build('squeeze', { factor: 2, order: 'channel-major' }, [5, 4, 1]),
      message:
        'layers[1] (squeeze): the image cannot be cut into blocks of 2×2 (expected height and width that are multiples of 2, got [5, 4, 1]). Pad or crop the images to [6, 4, 1]',
    },
    {
      name: 'a vector to squeeze',
      make: () => new Squeeze({ dataShape: [16] }),
      message: 'only images can be squeezed (expected [height, width, channels], got [16])',
    },
  ])('is refused: $name', ({ make, message }) => {
    expect(leaked(() => expect(make).toThrow(message))).toBe(0);
  });
});
