import { Random, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { activationFor, type ActivationName } from '../planar/activation.ts';
import { planarOnArrays, planarOnTensors } from '../planar/planar-stack.ts';
import { scalarActivationFor } from '../planar/scalar-activation.ts';
import { radialOnArrays, radialOnTensors } from '../radial/radial-stack.ts';
import type { StackSite } from './stack-on-arrays.ts';

const BATCH = 5;
const LAYERS = 3;

const SITES: readonly StackSite[] = [
  { forward: true, solve: false },
  { forward: false, solve: true },
  { forward: true, solve: true },
];

function normals(name: string, shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(new Random(name).normals(size), [...shape]);
}

/** Values, log-dets and the gradients of a projection of both in every argument. */
function everything(map: (...given: tf.Tensor[]) => Mapped, given: readonly tf.Tensor[]): tf.Tensor[] {
  const [valueWeights, logDetWeights] = [normals('values', given[0]!.shape), normals('log-dets', [BATCH])];
  const objective = (...moved: tf.Tensor[]): tf.Tensor => {
    const { value, logDet } = map(...moved);
    return tf.add(tf.sum(tf.mul(value, valueWeights)), tf.sum(tf.mul(logDet, logDetWeights)));
  };
  const { value, logDet } = map(...given);
  return [value, logDet, ...tf.grads(objective)([...given])];
}

function expectSame(found: readonly tf.Tensor[], expected: readonly tf.Tensor[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((tensor, k) => {
    expect(tensor.shape).toEqual(expected[k]!.shape);
    const values = expected[k]!.dataSync<'float32'>();
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    tensor.dataSync().forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(2e-4 * scale));
  });
}

describe.each(['cpu', 'wasm'])('stacks on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  describe.each(SITES)('%o', (site) => {
    describe.each([1, BATCH])('%d rows of parameters', (rows) => {
      it.each<ActivationName>(['tanh', 'softplus', 'leaky-relu'])(
        'planar, %s: one operation is the composed one',
        (name) => {
          tf.tidy(() => {
            const activation = activationFor(name, { slope: 0.3 });
            const shape = [rows, LAYERS, 2];
            const edge = tf.add(tf.exp(normals('edge', [rows, LAYERS])), 0.1);
            const given = [
              normals('x', [BATCH, 2]),
              normals('w', shape),
              normals('û', shape),
              normals('b', [rows, LAYERS]),
              edge,
            ];
            const stackOf = ([input, w, direction, b, own]: tf.Tensor[]): Parameters<typeof planarOnArrays>[0] => ({
              input: input as tf.Tensor2D,
              w: w!,
              direction: direction!,
              b: b!,
              edge: own!,
            });
            const scalar = scalarActivationFor(name, 0.3);
            const found = everything((...own) => planarOnArrays(stackOf(own), { site, activation: scalar }), given);
            expectSame(
              found,
              everything((...own) => planarOnTensors(stackOf(own), { site, activation }), given),
            );
          });
        },
      );

      it.each([1, 3])('radial in %d dimensions: one operation is the composed one', (size) => {
        tf.tidy(() => {
          const positive = (name: string): tf.Tensor => tf.exp(normals(name, [rows, LAYERS]));
          const center = normals('center', [rows, LAYERS, size]);
          const given = [normals('x', [BATCH, size]), center, positive('alpha'), positive('gamma')];
          const stackOf = ([input, own, alpha, gamma]: tf.Tensor[]): Parameters<typeof radialOnArrays>[0] => ({
            input: input as tf.Tensor2D,
            center: own!,
            alpha: alpha!,
            gamma: gamma!,
          });
          const found = everything((...own) => radialOnArrays(stackOf(own), site), given);
          expectSame(
            found,
            everything((...own) => radialOnTensors(stackOf(own), site), given),
          );
        });
      });
    });
  });
});
