import { createRegistry, type FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { distance, jacobianLogDet, normalBatch } from '../../test/layer-checks.ts';
import { coupling } from '../plugin.ts';
import { realNvpImageSpec } from './real-nvp-image-spec.ts';

const registry = createRegistry().use(coupling);

/** Moves every variable off its start, a little: dozens of layers compound. */
function stir(flow: FlowModel): void {
  let seed = 0;
  for (const variable of flow.variables.values()) {
    tf.tidy(() =>
      variable.assign(
        tf.add(variable, tf.mul(tf.reshape(normalBatch(1, variable.shape, seed++), variable.shape), 0.1)),
      ),
    );
  }
}

describe('Real NVP for images', () => {
  it('stacks the scales of the paper', () => {
    const spec = realNvpImageSpec({ event: [8, 8, 1], scales: 2, batchNormalization: false });
    const { layers } = spec.model as unknown as {
      layers: { type: string; levels?: { layers: { mask?: string }[] }[] }[];
    };
    expect(layers.map(({ type }) => type)).toEqual(['dequantize', 'logit', 'multi-scale']);
    const masks = layers[2]!.levels!.map((level) => level.layers.map(({ mask }) => mask ?? 'squeeze'));
    const [board, channel] = ['checkerboard', 'channel'];
    expect(masks).toEqual([
      [board, board, board, 'squeeze', channel, channel, channel],
      [board, board, board, board],
    ]);
    expect(registry.check(spec)).toEqual([]);
  });

  it('goes there and back on 8×8×1, and its log-det is that of its Jacobian', async () => {
    await tf.setBackend('wasm');
    const flow = registry.build<FlowModel>(
      realNvpImageSpec({ event: [8, 8, 1], scales: 2, levels: null, hidden: 2, blocks: 1 }),
    );
    stir(flow);
    const x = normalBatch(2, [8, 8, 1]);
    const { value: z, logDet } = flow.inverse(x);
    expect(z.shape).toEqual([2, 64]);
    expect(distance(flow.decode(z), x)).toBeLessThan(1e-3);
    const expected = jacobianLogDet((input) => flow.inverse(input).value, tf.slice(x, 0, 1));
    expect(Math.abs(logDet.dataSync()[0]! - expected)).toBeLessThan(5e-3);
    flow.dispose();
    await tf.setBackend('cpu');
  });

  it('scores pixels and trains on them', () => {
    const flow = registry.build<FlowModel>(realNvpImageSpec({ event: [4, 4, 1], levels: 17, hidden: 2, blocks: 1 }));
    const x = tf.cast(tf.floor(tf.randomUniform([3, 4, 4, 1], 0, 17, 'float32', 1)), 'float32');
    const { value, grads } = tf.variableGrads(
      () => tf.neg(tf.mean(flow.logProb(x))) as tf.Scalar,
      [...flow.variables.values()],
    );
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    expect(Object.keys(grads)).toHaveLength(flow.variables.size);
    flow.dispose();
  });

  it.each([
    [
      { event: [6, 6, 1], scales: 3 },
      'event: the images do not divide into the scales (expected sides divisible by 4 for 3 scales, got [6, 6, 1]). Set "scales" to a smaller number',
    ],
    [
      { event: [64] },
      'event: an example of this architecture is an image (expected [height, width, channels], got [64]).',
    ],
  ])('says which images fit: %j', (options, message) => {
    expect(() => realNvpImageSpec(options)).toThrow(message);
  });
});
