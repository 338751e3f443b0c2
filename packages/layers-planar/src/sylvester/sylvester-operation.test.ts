import { createRegistry, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { scatter } from '../../test/float64.ts';
import { differences64, everything, expectNear, normals, wide } from '../../test/gradients64.ts';
import { planar } from '../plugin.ts';
import { runOperation } from '../wasm/operation.ts';
import { amortisedSylvesterOperation, sylvesterOperation, type SylvesterAttributes } from './sylvester-operation.ts';

beforeEach(async () => void (await tf.setBackend('wasm')));

interface Sizes {
  readonly batch: number;
  readonly size: number;
  readonly width: number;
}

function parameters(width: number, scale: number): tf.Tensor[] {
  return [
    normals('triangles', [width, width], scale),
    normals('diagonal', [width], scale),
    normals('b', [width], scale),
  ];
}

const bound = (minimumSlope: number): number => Math.sqrt(1 - minimumSlope);

/** The layer in float64; parameters `[rows, ...]`, rows = 1 or batch. */
function layer64({ batch, size, width }: Sizes, { reversed, adding, minimumSlope }: SylvesterAttributes) {
  const place = (i: number): number => (reversed ? size - 1 - i : i);
  return ([x, triangles, diagonal, b]: readonly Float64Array[]): { value: Float64Array; logDet: Float64Array } => {
    const value = adding ? x!.slice() : new Float64Array(batch * size);
    const logDet = new Float64Array(batch);
    const rows = b!.length / width;
    for (let n = 0; n < batch; n++) {
      const row = rows === 1 ? 0 : n;
      const cell = (i: number, j: number): number => triangles![(row * width + i) * width + j]!;
      const outer = (i: number, j: number): number =>
        i === j ? bound(minimumSlope) * Math.tanh(cell(i, i)) : cell(i, j);
      const inner = (i: number, j: number): number =>
        i === j ? bound(minimumSlope) * Math.tanh(diagonal![row * width + i]!) : cell(j, i);
      const hidden = Array.from({ length: width }, (_, i) => {
        let pre = b![row * width + i]!;
        for (let j = i; j < width; j++) pre += inner(i, j) * x![n * size + place(j)]!;
        return Math.tanh(pre);
      });
      for (let i = 0; i < width; i++) {
        for (let j = i; j < width; j++) value[n * size + place(i)]! += outer(i, j) * hidden[j]!;
        logDet[n]! += Math.log(1 + (1 - hidden[i]! ** 2) * outer(i, i) * inner(i, i));
      }
    }
    return { value, logDet };
  };
}

const dot = (p: Float64Array, q: Float64Array): number => p.reduce((total, each, i) => total + each * q[i]!, 0);

const SIZES: readonly (Sizes & Pick<SylvesterAttributes, 'reversed' | 'adding'>)[] = [
  { batch: 1, size: 1, width: 1, reversed: false, adding: true },
  { batch: 5, size: 3, width: 2, reversed: true, adding: true },
  { batch: 4, size: 4, width: 4, reversed: false, adding: false },
  { batch: 7, size: 9, width: 7, reversed: false, adding: true },
  { batch: 3, size: 9, width: 9, reversed: true, adding: true },
  { batch: 6, size: 5, width: 5, reversed: false, adding: false },
];

describe.each(SIZES)('a Sylvester layer as one operation, %o', (sizes) => {
  const { batch, size, width } = sizes;
  const [minimumSlope, weights] = [0.05, ['weights', 'more'] as const];

  it('has the values and the gradients of float64', () => {
    tf.tidy(() => {
      const attributes = { ...sizes, minimumSlope, rawStart: 0 };
      const given = [normals('x', [batch, size]), ...parameters(width, 1)];
      const [value, logDet, ...gradients] = everything(
        (each) => runOperation(sylvesterOperation, each, attributes)!,
        given,
      );
      const run = layer64(sizes, attributes);
      const wideGiven = given.map(wide);
      const exact = run(wideGiven);
      expectNear(value!, exact.value, 2e-6);
      expectNear(logDet!, exact.logDet, 2e-6);
      const [forValue, forLogDet] = [wide(normals(weights[0], [batch, size])), wide(normals(weights[1], [batch]))];
      const expected = differences64((arrays) => {
        const found = run(arrays);
        return dot(found.value, forValue) + dot(found.logDet, forLogDet);
      }, wideGiven);
      gradients.forEach((gradient, k) => expectNear(gradient, expected[k]!, 2e-5));
    });
  });

  it.each([0, 3])('has them with parameters for each example, which begin at %d', (rawStart) => {
    tf.tidy(() => {
      const attributes = { ...sizes, minimumSlope, rawStart };
      const count = width * (width + 2);
      const start = parameters(width, 1);
      const [x, raw] = [normals('x', [batch, size]), normals('raw', [batch, rawStart + count])];
      const [value, logDet, toInput, toRaw] = everything(
        ([input, own]) => runOperation(amortisedSylvesterOperation, [input!, ...start, own!], attributes)!,
        [x, raw],
      );
      const run = layer64(sizes, attributes);
      const flat = Float64Array.from(start.flatMap((each) => [...each.dataSync()]));
      /** The fields of all rows, from x and raw. */
      const objective = ([input, own]: readonly Float64Array[]): ReturnType<typeof run> => {
        const rows = Array.from({ length: batch }, (_, n) =>
          flat.map((each, i) => each + own![n * (rawStart + count) + rawStart + i]!),
        );
        const field = (from: number, end: number): Float64Array =>
          Float64Array.from(rows.flatMap((row) => [...row.subarray(from, end)]));
        const square = width * width;
        return run([input!, field(0, square), field(square, square + width), field(square + width, count)]);
      };
      const wideGiven = [wide(x), wide(raw)];
      const exact = objective(wideGiven);
      expectNear(value!, exact.value, 2e-6);
      expectNear(logDet!, exact.logDet, 2e-6);
      const [forValue, forLogDet] = [wide(normals(weights[0], [batch, size])), wide(normals(weights[1], [batch]))];
      const [forInput, forRaw] = differences64((arrays) => {
        const found = objective(arrays);
        return dot(found.value, forValue) + dot(found.logDet, forLogDet);
      }, wideGiven);
      expectNear(toInput!, forInput!, 2e-5);
      expectNear(toRaw!, forRaw!, 2e-5);
    });
  });
});

const registry = createRegistry().use(planar);

/** Values, log-dets and gradients of all variables and of the input, as numbers. */
function outcomes(config: PartConfig, direction: 'forward' | 'inverse', contextSize: number): Float32Array[] {
  const layer = registry.bijector(config, { dataShape: [6], contextSize, seed: 3 });
  scatter(layer, 1);
  const found = tf.tidy(() => {
    const [x, context] = [normals('x', [7, 6]), contextSize > 0 ? normals('context', [7, contextSize]) : undefined];
    const map = (given: readonly tf.Tensor[]): readonly [tf.Tensor, tf.Tensor] => {
      const { value, logDet } = layer[direction](given[0]!, context);
      return [value, logDet];
    };
    const numbers = everything(map, [x]);
    const { grads } = tf.variableGrads(() => {
      const [value, logDet] = map([x]);
      return tf.add(tf.sum(tf.mul(value, normals('weights', [7, 6]))), tf.sum(logDet)) as tf.Scalar;
    }, [...layer.variables.values()]);
    return [...numbers, ...[...layer.variables.values()].map((variable) => grads[variable.name]!)].map((each) =>
      each.dataSync<'float32'>().slice(),
    ) as unknown as tf.TensorContainer;
  }) as unknown as Float32Array[];
  layer.dispose();
  return found;
}

describe.each(['orthogonal', 'householder', 'triangular'])('a Sylvester layer of the form %s', (form) => {
  const conditioner = { type: 'mlp', hidden: [5], activation: 'tanh' };

  it.each([
    [{ width: 4 }, 'forward', 0],
    [{ width: 4 }, 'inverse', 0],
    [{ width: 6 }, 'forward', 0],
    [{ width: 3, conditioner }, 'forward', 2],
    [{ width: 3, conditioner }, 'inverse', 2],
    [{ width: 3, closed: 'inverse', conditioner }, 'inverse', 2],
    [{ width: 3, conditioner }, 'forward', 0],
  ] as const)(
    'is the composition of tensor operations on another backend: %o %s, context %d',
    async (own, direction, size) => {
      const config = { ...own, type: 'sylvester', form, reflections: 2, reversed: form === 'triangular' };
      const found = outcomes(config, direction, size);
      await tf.setBackend('cpu');
      const expected = outcomes(config, direction, size);
      expect(found).toHaveLength(expected.length);
      found.forEach((values, k) => {
        const scale = expected[k]!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
        values.forEach((value, i) => expect(Math.abs(value - expected[k]![i]!)).toBeLessThan(2e-4 * scale));
      });
    },
  );
});

describe('a Sylvester layer at the edges', () => {
  const attributes = { reversed: false, adding: true, minimumSlope: 0.001, rawStart: 0 };

  it('hands NaN on, in its own row only', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [NaN, 1],
        [1, 1],
      ]);
      const [value, logDet] = runOperation(sylvesterOperation, [x, ...parameters(2, 1)], attributes)!;
      expect(value.dataSync()[0]).toBeNaN();
      expect(logDet.dataSync()[0]).toBeNaN();
      expect([...value.dataSync().slice(2), logDet.dataSync()[1]].every(Number.isFinite)).toBe(true);
    });
  });

  it('leaves only its results behind', () => {
    const given = [normals('x', [5, 6]), ...parameters(3, 1)];
    const raw = normals('raw', [5, 15]);
    const before = tf.memory().numTensors;
    const results = tf.tidy(() => [
      ...everything((each) => runOperation(sylvesterOperation, each, attributes)!, given),
      ...everything(
        ([x, own]) => runOperation(amortisedSylvesterOperation, [x!, ...given.slice(1), own!], attributes)!,
        [given[0]!, raw],
      ),
    ]);
    expect(tf.memory().numTensors).toBe(before + results.length);
    tf.dispose([results, given, raw]);
  });
});
