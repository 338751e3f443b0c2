import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accelerate, restore } from '../../accelerate.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await accelerate();
});
afterAll(restore);

describe('Exp', () => {
  it('agrees with float64', () => {
    const x = Float32Array.from({ length: 10_007 }, (_, i) => -104 + (i * 192.7) / 10_007);
    const y = tf.exp(tf.tensor1d(x)).dataSync();
    let worst = 0;
    x.forEach((each, i) => {
      const exact = Math.exp(each);
      const ulp = Math.max(2 ** (Math.floor(Math.log2(exact)) - 23), 2 ** -149);
      worst = Math.max(worst, Math.abs(y[i]! - exact) / ulp);
    });
    expect(worst).toBeLessThan(1.1);
  });
});
