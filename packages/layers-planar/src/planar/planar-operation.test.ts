import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences64, everything, expectNear, normals, wide } from '../../test/gradients64.ts';
import type { StackSite } from '../two-way/stack-on-arrays.ts';
import { runOperation } from '../wasm/operation.ts';
import { activationFor, type ActivationName } from './activation.ts';
import { constrain } from './constrain.ts';
import { planarOperation, type PlanarAttributes } from './planar-operation.ts';
import { planarOnArrays } from './planar-stack.ts';
import { scalarActivationFor } from './scalar-activation.ts';

beforeAll(async () => void (await tf.setBackend('wasm')));

const SITES: readonly StackSite[] = [
  { forward: true, solve: false },
  { forward: false, solve: false },
  { forward: false, solve: true },
  { forward: true, solve: true },
];
const ACTIVATIONS: readonly ActivationName[] = ['tanh', 'softplus', 'leaky-relu'];
const SLOPE = 0.3;

interface Sizes {
  readonly batch: number;
  readonly rows: number;
  readonly layers: number;
  readonly size: number;
}

function drawn({ batch, rows, layers, size }: Sizes, scale: number): tf.Tensor[] {
  const vectors = [rows, layers, size];
  return [
    normals('x', [batch, size]),
    normals('u', vectors, scale),
    normals('w', vectors, scale),
    normals('b', [rows, layers], scale),
  ];
}

const operation =
  (attributes: PlanarAttributes) =>
  (given: readonly tf.Tensor[]): readonly [tf.Tensor, tf.Tensor] =>
    runOperation(planarOperation, given, attributes)!;

/** The same by tensor operations for the constraint and typed arrays for the stack. */
const composed =
  ({ activation: name, minimumSlope, forward, solve }: PlanarAttributes) =>
  ([input, u, w, b]: readonly tf.Tensor[]): readonly [tf.Tensor, tf.Tensor] => {
    const { supremum } = activationFor(name, { slope: SLOPE });
    const { direction, edge } = constrain({ u: u!, w: w! }, { supremum, minimumSlope });
    const stack = { input: input as tf.Tensor2D, w: w!, direction, b: b!, edge };
    const activation = scalarActivationFor(name, SLOPE);
    const { value, logDet } = planarOnArrays(stack, { site: { forward, solve }, activation });
    return [value, logDet];
  };

describe.each(SITES)('a planar stack as one operation, %o', (site) => {
  describe.each(ACTIVATIONS)('%s', (activation) => {
    const attributes = { ...site, activation, slope: SLOPE, minimumSlope: 0.01 };

    it.each([
      { batch: 5, rows: 1, layers: 3, size: 2 },
      { batch: 5, rows: 5, layers: 3, size: 2 },
      { batch: 1, rows: 1, layers: 1, size: 1 },
      { batch: 4, rows: 1, layers: 2, size: 7 },
      { batch: 6, rows: 6, layers: 2, size: 5 },
      { batch: 9, rows: 1, layers: 33, size: 3 },
    ])('agrees with the composed one: %o', (sizes) => {
      tf.tidy(() => {
        const given = drawn(sizes, sizes.layers > 30 ? 0.5 : 1);
        const found = everything(operation(attributes), given);
        const expected = everything(composed(attributes), given);
        found.forEach((tensor, k) => {
          expect(tensor.shape).toEqual(expected[k]!.shape);
          expectNear(tensor, expected[k]!.dataSync(), 2e-4);
        });
      });
    });
  });
});

/** The stack in float64 as the paper writes it; the way back by bisection. */
function stack64(sizes: Sizes, { forward, solve }: StackSite, minimumSlope: number) {
  return ([x, u, w, b]: readonly Float64Array[]): { value: Float64Array; logDet: Float64Array } => {
    const { batch, rows, layers, size } = sizes;
    const [value, logDet] = [x!.slice(), new Float64Array(batch)];
    for (let n = 0; n < batch; n++) {
      const z = value.subarray(n * size, (n + 1) * size);
      for (let position = 0; position < layers; position++) {
        const at = (rows === 1 ? 0 : n) * layers + (forward ? layers - 1 - position : position);
        const [own, weight] = [u, w].map((each) => each!.subarray(at * size, (at + 1) * size)) as [
          Float64Array,
          Float64Array,
        ];
        const dot = (p: Float64Array, q: Float64Array): number => p.reduce((sum, each, i) => sum + each * q[i]!, 0);
        const product = dot(own, weight);
        const target = -1 + minimumSlope + Math.log1p(Math.exp(product));
        const direction = own.map((each, i) => each + ((target - product) * weight[i]!) / dot(weight, weight));
        const c = dot(weight, direction);
        const a = dot(weight, z) + b![at]!;
        const t = solve ? bisect(a, c) : a;
        const sign = solve ? -1 : 1;
        logDet[n]! += sign * Math.log(1 + c * (1 - Math.tanh(t) ** 2));
        for (let i = 0; i < size; i++) z[i]! += sign * direction[i]! * Math.tanh(t);
      }
    }
    return { value, logDet };
  };
}

function bisect(a: number, c: number): number {
  let [low, high] = [a - Math.abs(c), a + Math.abs(c)];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (middle + c * Math.tanh(middle) > a) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

describe.each([
  [{ forward: true, solve: false }, 1],
  [{ forward: false, solve: true }, 1],
  [{ forward: true, solve: false }, 5],
  [{ forward: false, solve: true }, 5],
] as const)('the gradients of a planar stack, %o, %d rows', (site, rows) => {
  it('are the differences in float64', () => {
    const sizes = { batch: 5, rows, layers: 3, size: 3 };
    tf.tidy(() => {
      const given = drawn(sizes, 1);
      const [value, logDet, ...gradients] = everything(
        operation({ ...site, activation: 'tanh', slope: 0.01, minimumSlope: 0.05 }),
        given,
      );
      const run = stack64(sizes, site, 0.05);
      const wideGiven = given.map(wide);
      const [forValue, forLogDet] = [wide(normals('weights', [5, 3])), wide(normals('more', [5]))];
      const exact = run(wideGiven);
      expectNear(value!, exact.value, 2e-6);
      expectNear(logDet!, exact.logDet, 2e-6);
      const expected = differences64((arrays) => {
        const found = run(arrays);
        const sum = (p: Float64Array, q: Float64Array): number => p.reduce((total, each, i) => total + each * q[i]!, 0);
        return sum(found.value, forValue) + sum(found.logDet, forLogDet);
      }, wideGiven);
      gradients.forEach((gradient, k) => expectNear(gradient, expected[k]!, 2e-5));
    });
  });
});

describe('a planar stack at the edges', () => {
  const attributes = { forward: true, solve: false, activation: 'tanh', slope: 0.01, minimumSlope: 0.001 } as const;

  it('hands NaN and infinities on', () => {
    tf.tidy(() => {
      const [, u, w, b] = drawn({ batch: 1, rows: 1, layers: 2, size: 2 }, 1);
      const x = tf.tensor2d([
        [NaN, 1],
        [1, 1],
        [Infinity, 1],
      ]);
      const [value, logDet] = operation(attributes)([x, u!, w!, b!]);
      expect([...value.dataSync()].map(Number.isFinite)).toEqual([false, false, true, true, false, true]);
      expect(logDet.dataSync()[0]).toBeNaN();
      expect(logDet.dataSync()[1]).toSatisfy(Number.isFinite);
    });
  });

  it.each(ACTIVATIONS)('keeps its digits at small and large pre-activations: %s', (activation) => {
    const points = [-1000, -100, -20, -1, -1e-9, 0, 1e-9, 1, 20, 100, 1000];
    for (const solve of [false, true]) {
      tf.tidy(() => {
        const one = tf.ones([1, 1, 1]);
        const given = [tf.tensor2d(points, [points.length, 1]), tf.mul(one, -0.5), one, tf.zeros([1, 1])];
        const [found, expected] = [operation, composed].map((map) =>
          map({ ...attributes, solve, activation, slope: SLOPE })(given).map((each) => each.dataSync()),
        ) as [Float32Array[], Float32Array[]];
        found.forEach((values, k) =>
          values.forEach((value, i) => {
            expect(Math.abs(value - expected[k]![i]!)).toBeLessThan(3e-7 * (1e-9 + Math.abs(expected[k]![i]!)) + 1e-15);
          }),
        );
      });
    }
  });

  it('has the log-det of a slope that float32 cannot hold', () => {
    tf.tidy(() => {
      const one = tf.ones([1, 1, 1]);
      const nearlySingular = { ...attributes, minimumSlope: 0 };
      const [, logDet] = operation(nearlySingular)([tf.zeros([1, 1]), tf.mul(one, -400), one, tf.zeros([1, 1])]);
      expectNear(logDet, [-400], 1e-6);
    });
  });

  it('is the identity with w = 0, with finite gradients', () => {
    tf.tidy(() => {
      const [x, u, , b] = drawn({ batch: 3, rows: 1, layers: 2, size: 2 }, 1);
      const [value, logDet, ...gradients] = everything(operation(attributes), [x!, u!, tf.zerosLike(u!), b!]);
      expect([...value!.dataSync()]).toEqual([...x!.dataSync()]);
      expectNear(logDet!, [0, 0, 0], 1e-15);
      for (const gradient of gradients) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
    });
  });

  it('has a log-det beyond the range of a product of slopes', () => {
    tf.tidy(() => {
      // 400 slopes of about 100 are 10⁸⁰⁰.
      const ones = tf.ones([1, 400, 1]);
      const [, logDet] = operation(attributes)([tf.zeros([1, 1]), tf.mul(ones, 100), ones, tf.zeros([1, 400])]);
      expectNear(logDet, [400 * Math.log(100.001)], 1e-6);
    });
  });

  it('leaves only its results behind', () => {
    const given = drawn({ batch: 5, rows: 5, layers: 2, size: 3 }, 1);
    const before = tf.memory().numTensors;
    const results = tf.tidy(() => everything(operation(attributes), given));
    expect(tf.memory().numTensors).toBe(before + results.length);
    tf.dispose([results, given]);
  });
});
