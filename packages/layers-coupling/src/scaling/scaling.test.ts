import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { distance, jacobianLogDet, normalBatch, scatter } from '../../test/layer-checks.ts';
import { Scaling } from './scaling.ts';

describe('the scaling layer', () => {
  it('multiplies from data to latents by exp(s), as NICE has it', () => {
    const layer = new Scaling({ dataShape: [2] });
    layer.variables.get('logScale')!.assign(tf.tensor([Math.log(2), Math.log(0.5)]));
    const { value, logDet } = layer.inverse(tf.tensor([[3, 8]]));
    expect(distance(value, tf.tensor([[6, 4]]))).toBeLessThan(1e-6);
    expect(logDet.dataSync()[0]).toBeCloseTo(0, 6);
  });

  it.each([
    ['element', 12],
    ['channel', 3],
  ] as const)('has the log-det of its Jacobian, one factor per %s', (per, count) => {
    const layer = new Scaling({ dataShape: [2, 2, 3], per });
    scatter(layer, per);
    expect(layer.variables.get('logScale')!.size).toBe(count);
    const x = normalBatch(1, [2, 2, 3]);
    const there = layer.inverse(x);
    const back = layer.forward(there.value);
    expect(there.logDet.dataSync()[0]).toBeCloseTo(
      jacobianLogDet((input) => layer.inverse(input).value, x),
      4,
    );
    expect(distance(back.value, x)).toBeLessThan(1e-5);
    expect(distance(back.logDet, tf.neg(there.logDet))).toBeLessThan(1e-6);
    layer.dispose();
  });

  it('starts as the identity', () => {
    const layer = new Scaling({ dataShape: [4] });
    const x = normalBatch(2, [4]);
    expect(distance(layer.inverse(x).value, x)).toBe(0);
    layer.dispose();
  });
});
