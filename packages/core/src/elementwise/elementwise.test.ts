import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { expectTwoWay, take, takeMapped } from '../../test/part-checks.ts';
import type { Bijector } from '../contracts/bijector.ts';
import type { Shape } from '../contracts/shape.ts';
import { testBuild } from '../registry/test-build.ts';
import { Exp, Logit, Scale, Shift, Sigmoid, Softplus, Tanh, elementwiseBijectors } from './index.ts';

/** The scalar map in float64 and the log of its derivative, for latents of order one. */
interface ScalarCase {
  readonly name: string;
  readonly make: (dataShape: Shape) => Bijector;
  readonly forward: (z: number) => number;
  readonly logSlope: (z: number) => number;
}

const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
const logSigmaSlope = (z: number): number => Math.log(sigma(z) * (1 - sigma(z)));

const scalars: ScalarCase[] = [
  { name: 'exp', make: (dataShape) => new Exp({ dataShape }), forward: Math.exp, logSlope: (z) => z },
  {
    name: 'softplus',
    make: (dataShape) => new Softplus({ dataShape }),
    forward: (z) => Math.log1p(Math.exp(z)),
    logSlope: (z) => Math.log(sigma(z)),
  },
  { name: 'sigmoid', make: (dataShape) => new Sigmoid({ dataShape }), forward: sigma, logSlope: logSigmaSlope },
  {
    name: 'tanh',
    make: (dataShape) => new Tanh({ dataShape }),
    forward: Math.tanh,
    logSlope: (z) => Math.log(1 - Math.tanh(z) ** 2),
  },
  {
    name: 'logit, symmetric',
    make: (dataShape) => new Logit({ dataShape, alpha: 0.05 }),
    forward: (z) => (sigma(z) - 0.05) / 0.9,
    logSlope: (z) => logSigmaSlope(z) - Math.log(0.9),
  },
  {
    name: 'logit, as Real NVP prints it',
    make: (dataShape) => new Logit({ dataShape, alpha: 0.05, form: 'alpha+(1-alpha)x' }),
    forward: (z) => (sigma(z) - 0.05) / 0.95,
    logSlope: (z) => logSigmaSlope(z) - Math.log(0.95),
  },
  {
    name: 'scale, trained, negative',
    make: (dataShape) => new Scale({ dataShape, value: -2.5, per: 'scalar' }),
    forward: (z) => -2.5 * z,
    logSlope: () => Math.log(2.5),
  },
  {
    name: 'scale, fixed, per channel',
    make: (dataShape) => new Scale({ dataShape, value: 255, trainable: false, per: 'channel' }),
    forward: (z) => 255 * z,
    logSlope: () => Math.log(255),
  },
  {
    name: 'shift',
    make: (dataShape) => new Shift({ dataShape, value: 1.5 }),
    forward: (z) => z + 1.5,
    logSlope: () => 0,
  },
];

const shapes: Shape[] = [[1], [3], [2, 3, 1], []];

describe.each(BACKENDS)('elementwise bijectors on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  describe.each(scalars)('$name', ({ make, forward, logSlope }) => {
    it.each(shapes)('follows its formula both ways for events of shape [%j]', (...shape) => {
      const layer = make(shape);
      const z = normal([4, ...shape], 5);
      const latents = Array.from(z.dataSync());
      const size = latents.length / 4;
      const there = takeMapped(layer.forward(z));
      const logDets = [0, 1, 2, 3].map((row) =>
        latents.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + logSlope(value), 0),
      );
      expect(there.shape).toEqual(z.shape);
      latents.forEach((value, i) => expect(there.value[i]! / forward(value)).toBeCloseTo(1, 4));
      logDets.forEach((logDet, row) => expect(there.logDet[row]).toBeCloseTo(logDet, 4));
      const x = tf.tensor(latents.map(forward), z.shape);
      const back = takeMapped(layer.inverse(x));
      latents.forEach((value, i) => expect(back.value[i]).toBeCloseTo(value, 4));
      logDets.forEach((logDet, row) => expect(back.logDet[row]).toBeCloseTo(-logDet, 4));
      expectTwoWay(layer, z);
      tf.dispose([z, x]);
      layer.dispose();
    });

    it('has the derivative of its formula as gradient, both ways', () => {
      const layer = make([1]);
      const z = tf.tensor2d([[-1.5], [-0.2], [0.7], [2]]);
      const x = layer.forward(z);
      const dx = take(tf.grad((t: tf.Tensor) => layer.forward(t).value)(z));
      const dz = take(tf.grad((t: tf.Tensor) => layer.inverse(t).value)(x.value));
      take(z).forEach((value, i) => {
        expect(Math.log(Math.abs(dx[i]!))).toBeCloseTo(logSlope(value), 4);
        expect(Math.log(Math.abs(dz[i]!))).toBeCloseTo(-logSlope(value), 4);
      });
      tf.dispose([x.value, x.logDet]);
      layer.dispose();
    });

    it('leaves nothing behind', () => {
      const z = normal([2, 3], 1);
      expect(
        leaked(() => {
          const layer = make([3]);
          const { value, logDet } = layer.forward(z);
          const back = layer.inverse(value);
          tf.dispose([value, logDet, back.value, back.logDet]);
          layer.dispose();
        }),
      ).toBe(0);
      z.dispose();
    });
  });

  it.each([
    { name: 'sigmoid', layer: new Sigmoid({ dataShape: [1] }), slopes: [-1e4, -1e4] },
    { name: 'tanh', layer: new Tanh({ dataShape: [1] }), slopes: [-2e4 + Math.log(4), -2e4 + Math.log(4)] },
    { name: 'softplus', layer: new Softplus({ dataShape: [1] }), slopes: [-1e4, 0] },
    { name: 'logit', layer: new Logit({ dataShape: [1], alpha: 0 }), slopes: [-1e4, -1e4] },
  ])('$name keeps a finite log-det and gradient at z = ±10⁴', ({ layer, slopes }) => {
    const z = tf.tensor2d([[-1e4], [1e4]]);
    const { value, logDet } = takeMapped(layer.forward(z));
    expect(value.every(Number.isFinite)).toBe(true);
    logDet.forEach((slope, i) => expect(slope).toBeCloseTo(slopes[i]!, 2));
    const gradient = take(tf.grad((t: tf.Tensor) => layer.forward(t).logDet)(z));
    expect(gradient.every(Number.isFinite)).toBe(true);
    z.dispose();
  });

  it.each([
    { name: 'softplus', layer: new Softplus({ dataShape: [1] }), x: 1e-6, z: Math.log(Math.expm1(1e-6)) },
    { name: 'softplus far out', layer: new Softplus({ dataShape: [1] }), x: 1e4, z: 1e4 },
    { name: 'sigmoid at 0', layer: new Sigmoid({ dataShape: [1] }), x: 1e-30, z: Math.log(1e-30) },
    { name: 'sigmoid at 1', layer: new Sigmoid({ dataShape: [1] }), x: 1 - 2 ** -24, z: Math.log(2 ** 24 - 1) },
    { name: 'tanh at 1', layer: new Tanh({ dataShape: [1] }), x: 1 - 2 ** -24, z: Math.atanh(1 - 2 ** -24) },
    { name: 'tanh at 0', layer: new Tanh({ dataShape: [1] }), x: 1e-6, z: 1e-6 },
    { name: 'logit at 0', layer: new Logit({ dataShape: [1], alpha: 1e-6 }), x: 0, z: Math.log(1e-6 / (1 - 1e-6)) },
    { name: 'logit at 1', layer: new Logit({ dataShape: [1], alpha: 1e-6 }), x: 1, z: Math.log((1 - 1e-6) / 1e-6) },
  ])('$name is exact and has a finite gradient at the edge of its domain', ({ layer, x, z }) => {
    const input = tf.tensor2d([[x]]);
    const { value, logDet } = takeMapped(layer.inverse(input));
    expect(value[0]! / z).toBeCloseTo(1, 5);
    expect(Number.isFinite(logDet[0])).toBe(true);
    const gradient = take(tf.grad((t: tf.Tensor) => layer.inverse(t).logDet)(input));
    expect(Number.isFinite(gradient[0])).toBe(true);
    input.dispose();
  });

  it('logit and sigmoid make NaN of data outside their domain, for the caller to find', () => {
    const x = tf.tensor2d([[1.2]]);
    expect(takeMapped(new Logit({ dataShape: [1], alpha: 0.05 }).inverse(x)).value[0]).toBeNaN();
    expect(takeMapped(new Sigmoid({ dataShape: [1] }).inverse(x)).logDet[0]).toBeNaN();
    x.dispose();
  });
});

describe('the logit', () => {
  it('refuses an alpha that leaves no interval', () => {
    expect(() => new Logit({ dataShape: [1], alpha: 0.5 })).toThrow(
      'logit: alpha is the distance kept from the ends of [0, 1] (expected 0 ≤ alpha < 0.5, got 0.5)',
    );
  });

  it('keeps the two forms of the literature apart', () => {
    const x = tf.tensor2d([[0.25]]);
    const symmetric = takeMapped(new Logit({ dataShape: [1], alpha: 0.1 }).inverse(x)).value[0];
    const printed = takeMapped(new Logit({ dataShape: [1], alpha: 0.1, form: 'alpha+(1-alpha)x' }).inverse(x)).value[0];
    expect(symmetric).toBeCloseTo(Math.log(0.3 / 0.7), 5);
    expect(printed).toBeCloseTo(Math.log(0.325 / 0.675), 5);
    x.dispose();
  });
});

describe('the table of elementwise bijectors', () => {
  it.each(Object.entries(elementwiseBijectors))(
    '%s is built from its defaults under its own name',
    (type, definition) => {
      const properties = definition.schema['properties'] as Record<string, { default?: unknown; description?: string }>;
      const defaults = Object.fromEntries(Object.entries(properties).map(([key, option]) => [key, option.default]));
      expect(Object.values(properties).every((option) => option.description !== undefined)).toBe(true);
      const layer = definition.create({ type, ...defaults } as never, testBuild({ shapes: { dataShape: [2, 3] } }));
      expect({ type: layer.type, path: layer.path, shape: layer.dataShape }).toEqual({
        type,
        path: 'test',
        shape: [2, 3],
      });
      layer.dispose();
    },
  );
});
