import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Gated } from './gated.ts';

const sigma = (r: number): number => 1 / (1 + Math.exp(-r));

const CASES = [
  [0.7, -1.2, 0.4],
  [-3, 2, -4],
  [5, 0.1, 6],
  [1, 1, -12],
] as const;

describe('the gated update', () => {
  it.each(CASES)('mixes z = %d with m = %d by the gate of %d', (z, m, raw) => {
    const gated = new Gated({ offset: 1 });
    const gate = sigma(raw + 1);
    const { value, logDerivative } = gated.forward(tf.tensor([z]), tf.tensor([[m, raw]]));
    expect(value.dataSync()[0]).toBeCloseTo(gate * z + (1 - gate) * m, 5);
    expect(logDerivative.dataSync()[0]).toBeCloseTo(Math.log(gate), 5);
    const back = gated.inverse(value, tf.tensor([[m, raw]]));
    // What a nearly closed gate squeezes away cannot come back in float32.
    expect(Math.abs(back.value.dataSync()[0]! - z)).toBeLessThan(1e-6 / gate);
    expect(back.logDerivative.dataSync()[0]).toBeCloseTo(-Math.log(gate), 5);
    gated.dispose();
  });

  it('works the other way round, and starts as a scale by σ(2)', () => {
    const [forward, inverse] = [new Gated(), new Gated({ direction: 'inverse' })];
    const [z, parameters] = [tf.tensor([2, -1]), tf.zeros([2, 2])];
    expect(forward.forward(z, parameters).value.dataSync()[0]).toBeCloseTo(2 * sigma(2), 5);
    expect(Array.from(inverse.inverse(z, parameters).value.dataSync())).toEqual(
      Array.from(forward.forward(z, parameters).value.dataSync()),
    );
    forward.dispose();
    inverse.dispose();
  });
});
