import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../random/random.ts';
import { RationalQuadraticSpline } from './rational-quadratic-spline.ts';
import { splineOfArrays } from './spline-arrays.ts';
import { splineForm } from './spline-form.ts';
import { SplineKernel } from './spline-kernel.ts';
import type { RationalQuadraticSplineOptions } from './spline-options.ts';
import { splineOfTensors } from './spline-tensors.ts';

/** The spline by the book, in float64, written without the code under test: softmax, knots, eq. 4. */
function referenceSpline(o: RationalQuadraticSplineOptions, raw: readonly number[], x: number): number {
  const bins = o.bins ?? 8;
  const [low, high] = o.interval ?? [-5, 5];
  const { gain = 1, squash = 'none', bound = null, floor = 0.001, splitFirst = false } = o.bin ?? {};
  const slope = o.slope ?? {};
  const slopeFloor = slope.floor ?? 0.001;
  const beta = slope.beta ?? 1;
  const map = slope.map ?? 'softplus';
  const squashed = (kind: string, r: number, B: number | null): number => {
    if (kind === 'none') return r;
    if (kind === 'softclip') return r / (1 + Math.abs(r) / B!);
    if (kind === 'tanh') return B! * Math.tanh(r / B!);
    throw new Error(kind);
  };
  const count = splitFirst ? bins - 1 : bins;
  const knots = (from: number): number[] => {
    const e = raw.slice(from, from + count).map((r) => Math.exp(squashed(squash, gain * r, bound)));
    const total = e.reduce((a, b) => a + b);
    let parts = e.map((each) => floor + (1 - floor * count) * (each / total));
    if (splitFirst) parts = [parts[0]! / 2, ...parts.slice(1), parts[0]! / 2];
    return parts.reduce((list, part) => [...list, list.at(-1)! + part * (high - low)], [low]);
  };
  const [xs, ys] = [knots(0), knots(count)];
  const inverseMap = (y: number): number => (map === 'exp' ? Math.log(y) : Math.log(Math.exp(beta * y) - 1) / beta);
  const offset = typeof slope.offset === 'number' ? slope.offset : inverseMap(1 - slopeFloor);
  const free = raw.slice(2 * count).map((each) => {
    const r = squashed(slope.squash ?? 'none', (slope.gain ?? 1) * each, slope.bound ?? null) + offset;
    return (map === 'exp' ? Math.exp(r) : Math.log(1 + Math.exp(beta * r)) / beta) + slopeFloor;
  });
  const ds = {
    identity: [1, ...free, 1],
    free,
    circular: [...free, free[0]!],
    'lower-identity': [1, ...free],
    'upper-identity': [...free, 1],
  }[o.boundary ?? 'identity'];
  if (x < low) return o.tails === 'linear' ? low + ds[0]! * (x - low) : x;
  if (x > high) return o.tails === 'linear' ? high + ds[bins]! * (x - high) : x;
  let k = 0;
  while (k < bins - 1 && x >= xs[k + 1]!) k++;
  const w = xs[k + 1]! - xs[k]!;
  const h = ys[k + 1]! - ys[k]!;
  const s = h / w;
  const t = (x - xs[k]!) / w;
  const numerator = h * (s * t * t + ds[k]! * t * (1 - t));
  return ys[k]! + numerator / (s + (ds[k + 1]! + ds[k]! - 2 * s) * t * (1 - t));
}

const CASES: readonly (readonly [string, RationalQuadraticSplineOptions])[] = [
  ['defaults', {}],
  ['one bin', { bins: 1 }],
  ['free boundary, linear tails', { bins: 5, interval: [-2, 3], boundary: 'free', tails: 'linear' }],
  ['circular', { bins: 4, interval: [-3, 3], boundary: 'circular' }],
  ['lower boundary fixed, linear tails', { bins: 3, boundary: 'lower-identity', tails: 'linear' }],
  ['upper boundary fixed, linear tails', { bins: 1, boundary: 'upper-identity', tails: 'linear' }],
  ['closed form latent → data', { bins: 6, direction: 'forward' }],
  [
    'zuko',
    {
      bins: 8,
      bin: { floor: 0, squash: 'softclip', bound: 6.9 / 2 },
      slope: { map: 'exp', floor: 0, squash: 'softclip', bound: 6.9 },
    },
  ],
  ['nflows', { bins: 8, interval: [-3, 3], bin: { gain: 0.5 }, slope: { offset: 0, floor: 0.001 } }],
  ['nflows, identity start', { bins: 4, slope: { offset: 0, beta: Math.LN2 / 0.999 } }],
  ['flowjax', { bins: 6, interval: [-4, 4], boundary: 'free', bin: { splitFirst: true, floor: 0.002 } }],
  ['bounded by tanh', { bins: 5, bin: { squash: 'tanh', bound: 2 }, slope: { squash: 'tanh', bound: 3, gain: 2 } }],
];

interface Sample {
  readonly x: Float32Array;
  readonly raw: Float32Array;
}

function sample(options: RationalQuadraticSplineOptions, count: number, scale = 1.5): Sample {
  const P = splineForm(options, 'test').parameterCount;
  const random = new Random(`spline ${P}`);
  const [low, high] = options.interval ?? [-5, 5];
  // Mostly inside, a few outside, the ends themselves.
  const x = Float32Array.from({ length: count }, () => low - 1 + (high - low + 2) * random.uniform());
  x[0] = low;
  x[1] = high;
  return { x, raw: random.normals(count * P).map((each) => scale * each) };
}

const rows = ({ x, raw }: Sample): (readonly [number, number[]])[] =>
  Array.from(x, (each, n) => [
    each,
    Array.from(raw.slice((n * raw.length) / x.length, ((n + 1) * raw.length) / x.length)),
  ]);

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('the rational-quadratic spline on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(CASES)('is the spline of the paper: %s', (_name, options) => {
    const spline = new RationalQuadraticSpline(options);
    const data = sample(options, 40);
    const closed = options.direction === 'forward' ? 'forward' : 'inverse';
    const mapped = spline[closed](tf.tensor(data.x), tf.tensor(data.raw, [40, spline.parameterCount]));
    const [value, logDerivative] = [mapped.value.dataSync(), mapped.logDerivative.dataSync()];
    const step = 1e-6;
    for (const [n, [x, raw]] of rows(data).entries()) {
      expect(value[n]).toBeCloseTo(referenceSpline(options, raw, x), 4);
      const rise = referenceSpline(options, raw, x + step) - referenceSpline(options, raw, x - step);
      // At the two ends the two-sided difference sees the tail.
      if (n > 1) expect(logDerivative[n]).toBeCloseTo(Math.log(rise / (2 * step)), 3);
    }
  });

  it.each(CASES)('comes back, with opposite log-derivatives: %s', (_name, options) => {
    const spline = new RationalQuadraticSpline(options);
    const data = sample(options, 60, 1);
    const [x, parameters] = [tf.tensor(data.x), tf.tensor(data.raw, [60, spline.parameterCount])];
    const there = spline.inverse(x, parameters);
    const back = spline.forward(there.value, parameters);
    back.value.dataSync().forEach((each, n) => expect(each).toBeCloseTo(data.x[n]!, 3));
    const sum = tf.add(there.logDerivative, back.logDerivative).dataSync();
    // Where an end is also a knot of another slope, rounding may put the way back into the neighbour.
    sum.forEach((each, n) => n > 1 && expect(Math.abs(each)).toBeLessThan(5e-3));
  });

  it.each(CASES)('the kernel and the tensor operations agree, gradients included: %s', (_name, options) => {
    const form = splineForm(options, 'test');
    const kernel = new SplineKernel(form);
    const data = sample(options, 30, 1);
    const weights = tf.tensor(new Random('weights').normals(60), [2, 30]);
    for (const solve of [false, true]) {
      const run = (of: 'arrays' | 'tensors'): number[][] =>
        tf.tidy(() => {
          const total = (x: tf.Tensor, raw: tf.Tensor): tf.Tensor => {
            const mapped =
              of === 'arrays' ? splineOfArrays(kernel, x, raw, { solve }) : splineOfTensors(form, x, raw, { solve });
            return tf.sum(tf.mul(tf.stack([mapped.value, mapped.logDerivative]), weights));
          };
          const grads = tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar);
          const inner = data.x.slice(2);
          const shift = inner.map((each) => each + 1e-3);
          const result = grads([
            tf.tensor(Float32Array.from([...shift, 0.1, 0.2])),
            tf.tensor(data.raw, [30, form.parameterCount]),
          ]);
          return [result.value, ...result.grads].map((each) => Array.from(each.dataSync()));
        });
      const [arrays, tensors] = [run('arrays'), run('tensors')];
      arrays.forEach((part, index) =>
        part.forEach((each, n) => {
          const other = tensors[index]![n]!;
          expect(Math.abs(each - other)).toBeLessThan(2e-3 * (1 + Math.abs(other)));
        }),
      );
    }
  });

  it('is the identity at zero parameters', () => {
    for (const options of [
      {},
      { bins: 5, boundary: 'free' },
      { slope: { map: 'exp' } },
      { bin: { splitFirst: true } },
    ]) {
      const spline = new RationalQuadraticSpline(options as RationalQuadraticSplineOptions);
      const x = tf.linspace(-6, 6, 41);
      const mapped = spline.inverse(x, tf.zeros([41, spline.parameterCount]));
      expect(tf.max(tf.abs(tf.sub(mapped.value, x))).dataSync()[0]).toBeLessThan(1e-6);
      expect(tf.max(tf.abs(mapped.logDerivative)).dataSync()[0]).toBeLessThan(1e-6);
    }
  });

  it.each(['identity', 'linear'] as const)('stays finite far out and at wild parameters, tails %s', (tails) => {
    const spline = new RationalQuadraticSpline({ bins: 4, tails, boundary: 'free', bin: { floor: 0 } });
    const x = tf.tensor([-1e4, -5, -4.9, 0, 4.9, 5, 1e4]);
    const raw = tf.mul(tf.tensor(new Random(3).normals(7 * 13), [7, 13]), 30);
    for (const direction of ['forward', 'inverse'] as const) {
      const total = (value: tf.Tensor, parameters: tf.Tensor): tf.Scalar => {
        const mapped = spline[direction](value, parameters);
        return tf.add(tf.sum(mapped.value), tf.sum(mapped.logDerivative));
      };
      const { value, grads } = tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar)([x, raw]);
      for (const each of [value, ...grads]) expect(Array.from(each.dataSync()).every(Number.isFinite)).toBe(true);
    }
  });

  it('leaves nothing behind', () => {
    const spline = new RationalQuadraticSpline({});
    const [x, raw] = [tf.zeros([3, 2]), tf.ones([3, 2, spline.parameterCount])];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.grads((a, b) => tf.sum(spline.forward(a!, b!).logDerivative))([x, raw]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says where a value outside lies when tails are errors', () => {
    const spline = new RationalQuadraticSpline({ tails: 'error', interval: [0, 1], path: 'layers[2].transformer' });
    expect(() => spline.inverse(tf.tensor([0.5, 1.5]), tf.zeros([2, 23]))).toThrow(
      'layers[2].transformer (rational-quadratic-spline): a value lies outside the interval of the spline (expected a number in [0, 1], got 1.5)',
    );
    const inside = spline.inverse(tf.tensor([0, 1]), tf.zeros([2, 23]));
    expect(Array.from(inside.value.dataSync())).toEqual([0, 1]);
  });
});

describe('the composed spline', () => {
  it('answers NaN outside when tails are errors', async () => {
    await tf.setBackend('cpu');
    const form = splineForm({ tails: 'error', interval: [0, 1], bins: 2 }, 'test');
    const mapped = splineOfTensors(form, tf.tensor([0.5, 2]), tf.zeros([2, 5]), { solve: false });
    expect(Array.from(mapped.value.dataSync())).toEqual([0.5, Number.NaN]);
  });
});

describe('options of the spline', () => {
  it.each([
    ['an empty interval', { interval: [1, 1] }, '"interval" must run upwards (expected [low, high], got [1, 1])'],
    [
      'a floor too high',
      { bins: 8, bin: { floor: 0.125 } },
      'the floor leaves the bins no room (expected bin.floor below 0.125 for 8 bins, got 0.125)',
    ],
    [
      'a split of one bin',
      { bins: 1, bin: { splitFirst: true } },
      '"splitFirst" needs two bins or more (expected bins ≥ 2, got bins 1)',
    ],
    [
      'a squash without bound',
      { slope: { squash: 'tanh' } },
      'slope: squash "tanh" needs a bound (expected a number above 0, got null)',
    ],
  ] as const)('refuses %s', (_name, options, message) => {
    expect(() => new RationalQuadraticSpline(options as RationalQuadraticSplineOptions)).toThrow(message);
  });
});
