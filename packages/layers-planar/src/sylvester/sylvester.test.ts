import { createRegistry, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, numbersOf, scatter, sylvester64, type Map64 } from '../../test/float64.ts';
import { expectAgrees } from '../../test/two-way-checks.ts';
import { planar } from '../plugin.ts';
import { basisFor, type SylvesterForm } from './basis.ts';
import type { Sylvester } from './sylvester.ts';

const registry = createRegistry().use(planar);
const FORMS: readonly SylvesterForm[] = ['orthogonal', 'householder', 'triangular'];

function build(size: number, config: object = {}): Sylvester {
  return registry.bijector({ type: 'sylvester', ...config }, { dataShape: [size], seed: 3 }) as Sylvester;
}

/** The layer in float64, with the Q that it makes. */
function reference(layer: Sylvester, form: SylvesterForm, reversed = false): Map64 {
  const b = numbersOf(layer, 'b');
  const [size, width] = [layer.dataShape[0]!, b.length];
  const q = tf.tidy(() => {
    const variable = layer.variables.get('basis');
    const basis = variable === undefined ? {} : { basis: tf.expandDims(variable, 0) };
    const reflections = form === 'householder' ? variable!.shape[0]! : 0;
    return basisFor(basis, { form, size, width, reflections, reversed }).project(tf.eye(size)).arraySync();
  });
  return sylvester64({ q, triangles: numbersOf(layer, 'triangles'), diagonal: numbersOf(layer, 'diagonal'), b });
}

describe.each(['cpu', 'wasm'])('sylvester on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  describe.each(FORMS)('form %s', (form) => {
    it.each([
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
      [3, 3],
      [64, 5],
      [64, 64],
    ])('agrees with float64 for D = %d, M = %d', (size, width) => {
      for (const scale of [1, 10]) {
        const layer = build(size, { form, width, reflections: 3 });
        scatter(layer, scale);
        expectAgrees(layer, reference(layer, form), { logDet: scale === 1 });
        layer.dispose();
      }
    });
  });

  it('reverses', () => {
    const layer = build(3, { form: 'triangular', width: 2, reversed: true });
    scatter(layer, 1);
    expectAgrees(layer, reference(layer, 'triangular', true), { logDet: true });
    layer.dispose();
  });

  it('gives every example a Q, R and R̃ of its own, orthonormal for each', () => {
    const layer = registry.bijector(
      { type: 'sylvester', width: 2, conditioner: { type: 'mlp', hidden: [4] } } as PartConfig,
      { dataShape: [4], contextSize: 2, seed: 3 },
    ) as Sylvester;
    scatter(layer, 0.5);
    const context = normalRows(5, 2, 'context');
    expect(layer.orthogonalityResidual(context)).toBeLessThan(1e-5);
    const z = normalRows(5, 4);
    const together = layer.forward(z, context);
    for (let n = 0; n < 5; n++) {
      tf.tidy(() => {
        const alone = layer.forward(tf.slice(z, [n, 0], [1, 4]), tf.slice(context, [n, 0], [1, 2]));
        const difference = tf.sub(alone.value, tf.slice(together.value, [n, 0], [1, 4]));
        expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-5);
      });
    }
    tf.dispose([context, z, together.value, together.logDet]);
    layer.dispose();
  });

  it.each(FORMS)('forms no matrix of D × D elements: %s', async (form) => {
    const size = 300;
    const layer = registry.bijector(
      { type: 'sylvester', form, reflections: 2, width: 2, conditioner: { type: 'mlp', hidden: [1] } } as PartConfig,
      { dataShape: [size], contextSize: 1, seed: 3 },
    );
    const [x, context] = [normalRows(1, size), normalRows(1, 1)];
    const profile = await tf.profile(() => tf.tidy(() => layer.inverse(x, context).value));
    const largest = Math.max(
      ...profile.kernels.flatMap(({ outputShapes }) => outputShapes.map((shape) => product(shape))),
    );
    // Q has 2 D elements; a conditioner's vector a few more.
    expect(largest).toBeLessThan(4 * size);
    tf.dispose([x, context, profile.result]);
    layer.dispose();
  });
});

describe('the options of sylvester', () => {
  it.each([
    [{ width: 3 }, 'the layer is wider than the event (expected a "width" of 2 at most, got 3)'],
    [{ width: 0 }, 'width'],
    [{ reflections: 0 }, 'reflections'],
    [{ form: 'diagonal' }, 'form'],
  ])('refuses %o', (config, message) => {
    expect(() => build(2, config)).toThrow(message);
  });

  it('says that columns are dependent', () => {
    const layer = build(2);
    layer.variables.get('basis')!.assign(tf.ones([2, 2]));
    const x = normalRows(1, 2);
    expect(() => layer.forward(x)).toThrow('the columns of Q could not be made orthonormal');
    x.dispose();
    layer.dispose();
  });
});

function product(shape: readonly number[] | undefined): number {
  return (shape ?? []).reduce((total, length) => total * length, 1);
}
