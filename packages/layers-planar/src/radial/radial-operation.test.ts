import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences64, everything, expectNear, normals, wide } from '../../test/gradients64.ts';
import type { StackSite } from '../two-way/stack-on-arrays.ts';
import { runOperation } from '../wasm/operation.ts';
import { radialOperation, type RadialAttributes } from './radial-operation.ts';
import { radialOnArrays } from './radial-stack.ts';

beforeAll(async () => void (await tf.setBackend('wasm')));

const SITES: readonly StackSite[] = [
  { forward: true, solve: false },
  { forward: false, solve: false },
  { forward: false, solve: true },
  { forward: true, solve: true },
];

interface Sizes {
  readonly batch: number;
  readonly rows: number;
  readonly layers: number;
  readonly size: number;
}

function drawn({ batch, rows, layers, size }: Sizes, scale: number): tf.Tensor[] {
  return [
    normals('x', [batch, size]),
    normals('center', [rows, layers, size], scale),
    normals('alpha', [rows, layers], scale),
    normals('beta', [rows, layers], scale),
  ];
}

const operation =
  (attributes: RadialAttributes) =>
  (given: readonly tf.Tensor[]): readonly [tf.Tensor, tf.Tensor] =>
    runOperation(radialOperation, given, attributes)!;

/** The same by tensor operations for the constraint and typed arrays for the stack. */
const composed =
  ({ minimumSlope, ...site }: RadialAttributes) =>
  ([input, center, a, beta]: readonly tf.Tensor[]): readonly [tf.Tensor, tf.Tensor] => {
    const alpha = tf.add(tf.softplus(a!), 1e-6);
    const gamma = tf.add(tf.softplus(beta!), tf.mul(alpha, minimumSlope));
    const { value, logDet } = radialOnArrays({ input: input as tf.Tensor2D, center: center!, alpha, gamma }, site);
    return [value, logDet];
  };

describe.each(SITES)('a radial stack as one operation, %o', (site) => {
  const attributes = { ...site, minimumSlope: 0.01 };

  it.each([
    { batch: 5, rows: 1, layers: 3, size: 2 },
    { batch: 5, rows: 5, layers: 3, size: 2 },
    { batch: 1, rows: 1, layers: 1, size: 1 },
    { batch: 4, rows: 1, layers: 2, size: 7 },
    { batch: 6, rows: 6, layers: 2, size: 5 },
    { batch: 9, rows: 1, layers: 33, size: 64 },
  ])('agrees with the composed one: %o', (sizes) => {
    tf.tidy(() => {
      const given = drawn(sizes, 1);
      const found = everything(operation(attributes), given);
      const expected = everything(composed(attributes), given);
      found.forEach((tensor, k) => {
        expect(tensor.shape).toEqual(expected[k]!.shape);
        expectNear(tensor, expected[k]!.dataSync(), 2e-4);
      });
    });
  });
});

/** The stack in float64 as the paper writes it; the way back by bisection of the radius. */
function stack64({ batch, rows, layers, size }: Sizes, { forward, solve }: StackSite, minimumSlope: number) {
  const softplus = (t: number): number => Math.log1p(Math.exp(t));
  return ([x, center, alpha, beta]: readonly Float64Array[]): { value: Float64Array; logDet: Float64Array } => {
    const [value, logDet] = [x!.slice(), new Float64Array(batch)];
    for (let n = 0; n < batch; n++) {
      const z = value.subarray(n * size, (n + 1) * size);
      for (let position = 0; position < layers; position++) {
        const at = (rows === 1 ? 0 : n) * layers + (forward ? layers - 1 - position : position);
        const c = center!.subarray(at * size, (at + 1) * size);
        const a = softplus(alpha![at]!) + 1e-6;
        const excess = softplus(beta![at]!) + minimumSlope * a - a;
        const radiusOf = (r: number): number => r * (1 + excess / (a + r));
        const found = Math.hypot(...z.map((each, i) => each - c[i]!));
        const r = solve ? bisect(radiusOf, found) : found;
        const stretch = 1 + excess / (a + r);
        const slope = stretch - (excess * r) / (a + r) ** 2;
        logDet[n]! += (solve ? -1 : 1) * ((size - 1) * Math.log(stretch) + Math.log(slope));
        for (let i = 0; i < size; i++) z[i] = c[i]! + (solve ? 1 / stretch : stretch) * (z[i]! - c[i]!);
      }
    }
    return { value, logDet };
  };
}

function bisect(f: (r: number) => number, target: number): number {
  let [low, high] = [0, 1];
  while (f(high) < target) high *= 2;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (f(middle) > target) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

describe.each([
  [{ forward: true, solve: false }, 1],
  [{ forward: false, solve: true }, 1],
  [{ forward: true, solve: false }, 5],
  [{ forward: false, solve: true }, 5],
] as const)('the gradients of a radial stack, %o, %d rows', (site, rows) => {
  it('are the differences in float64', () => {
    const sizes = { batch: 5, rows, layers: 3, size: 3 };
    tf.tidy(() => {
      const given = drawn(sizes, 1);
      const [value, logDet, ...gradients] = everything(operation({ ...site, minimumSlope: 0.05 }), given);
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

describe('a radial stack at the edges', () => {
  const attributes = { forward: true, solve: false, minimumSlope: 0.001 };

  it('has finite gradients at its center', () => {
    tf.tidy(() => {
      const [, center, alpha, beta] = drawn({ batch: 1, rows: 1, layers: 1, size: 2 }, 1);
      const x = tf.reshape(center!, [1, 2]);
      const found = everything(operation(attributes), [x, center!, alpha!, beta!]);
      expectNear(found[0]!, x.dataSync(), 1e-7);
      for (const each of found) expect(each.dataSync().every(Number.isFinite)).toBe(true);
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
