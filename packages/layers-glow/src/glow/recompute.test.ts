import type { Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, normalBatch, scatter } from '../../test/checks.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const conditioner = { type: 'glow-network', hidden: 16, activation: 'tanh', context: true };
const common = { type: 'glow', levels: 1, conditioner, initialization: 'identity' };

/** Gradients of a loss of values and log-dets, in x, context and all variables by name. */
function gradientsOf(layer: Bijector, x: tf.Tensor, context: tf.Tensor): Map<string, tf.Tensor> {
  const weights = normalBatch(x.shape[0]!, layer.latentShape, 'weights');
  const loss = (input: tf.Tensor, given: tf.Tensor): tf.Scalar => {
    const { value, logDet } = layer.inverse(input, given);
    return tf.add(tf.sum(tf.mul(tf.sin(value), weights)), tf.sum(tf.square(logDet)));
  };
  const [dx, dContext] = tf.grads((a, b) => loss(a!, b!))([x, context]);
  const { value, grads } = tf.variableGrads(() => loss(x, context), [...layer.variables.values()]);
  value.dispose();
  weights.dispose();
  const named = [...layer.variables].map(([name, variable]) => [name, grads[variable.name]!] as const);
  return new Map([['x', dx!], ['context', dContext!], ...named]);
}

describe('recomputing activations', () => {
  it.each(['cpu', 'wasm'])('gives the gradients of the plain tape on %s', async (backend) => {
    await tf.setBackend(backend);
    const options = { contextSize: 2 };
    const [plain, own] = [false, true].map((recompute) =>
      build({ ...common, steps: 4, recompute }, [4, 4, 1], options),
    ) as [Bijector, Bijector];
    for (const layer of [plain, own]) scatter(layer, 0.4);
    const [x, context] = [normalBatch(3, [4, 4, 1]), normalBatch(3, [2], 'context')];
    const [expected, found] = [gradientsOf(plain, x, context), gradientsOf(own, x, context)];
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [name, gradient] of expected) {
      const scale = Math.max(1, tf.max(tf.abs(gradient)).dataSync()[0]!);
      expect(distance(found.get(name)!, gradient) / scale, name).toBeLessThan(2e-3);
    }
    expect(distance(own.inverse(x, context).value, plain.inverse(x, context).value)).toBe(0);
    plain.dispose();
    own.dispose();
    await tf.setBackend('wasm');
  });

  it('leaves nothing behind, inside or outside of another gradient', () => {
    const layer = build({ ...common, steps: 2, recompute: true }, [4, 4, 1], { contextSize: 2 });
    const [x, context] = [normalBatch(2, [4, 4, 1]), normalBatch(2, [2], 'context')];
    const run = (): void => {
      for (const gradient of gradientsOf(layer, x, context).values()) gradient.dispose();
    };
    run();
    const before = tf.memory();
    run();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    layer.dispose();
  });

  it('makes the peak of memory nearly independent of the number of steps', async () => {
    const peak = async (steps: number, recompute: boolean): Promise<number> => {
      const layer = build({ ...common, steps, recompute }, [8, 8, 1], { contextSize: 2 });
      const [x, context] = [normalBatch(16, [8, 8, 1]), normalBatch(16, [2], 'context')];
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() => {
        for (const gradient of gradientsOf(layer, x, context).values()) gradient.dispose();
        return tf.scalar(0);
      });
      layer.dispose();
      tf.dispose([x, context]);
      return peakBytes - before;
    };
    const [plain2, plain12] = [await peak(2, false), await peak(12, false)];
    const [own2, own12] = [await peak(2, true), await peak(12, true)];
    expect(plain12).toBeGreaterThan(3 * plain2);
    expect(own12).toBeLessThan(1.5 * own2);
    expect(own12).toBeLessThan(plain12 / 4);
  });
});
