import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accelerate, type Replacement, replacingTier, restore, wasmTier } from '../index.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});
afterEach(restore);

const calls: string[] = [];
let stops = 0;
/** Products that count their calls and leave the work to WebAssembly. */
const counting = (extra: Replacement['functions'] = {}) =>
  replacingTier({
    name: 'counting',
    replace: ({ functions }) => ({
      features: ['counts'],
      functions: {
        products: {
          batchedProduct: (...values) => {
            calls.push(values.slice(10, 14).join(' '));
            return functions['products']!['batchedProduct']!(...values);
          },
        },
        ...extra,
      },
      stop: () => void stops++,
    }),
  });

describe('replacingTier', () => {
  it('puts functions in the place of those of a module and leaves the rest to it and to the next tier', async () => {
    const report = await accelerate({ tiers: [counting(), wasmTier] });
    expect(report).toMatchObject({ tier: 'counting', features: ['counts', 'simd'], notes: [] });
    expect(report.kernels).toMatchObject({ BatchMatMul: 'counting', _FusedMatMul: 'counting', Exp: 'wasm' });
    calls.length = 0;
    const product = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 4])));
    expect([...product.dataSync()]).toEqual(Array<number>(8).fill(3));
    expect(calls).toEqual(['2 4 3 1']);
    product.dispose();
    const before = stops;
    restore();
    expect(stops).toBe(before + 1);
  });

  it('says why it does not run, and lets the next tier go on', async () => {
    const absent = replacingTier({ name: 'absent', replace: () => ({ reason: 'nothing is compiled' }) });
    const report = await accelerate({ tiers: [absent, wasmTier] });
    expect(report).toMatchObject({ tier: 'wasm', notes: ['absent: nothing is compiled'] });
  });

  it('names a group that is not', async () => {
    await expect(accelerate({ tiers: [counting({ prodducts: {} })] })).rejects.toThrow(
      'the tier counting replaces functions of groups that are not: prodducts',
    );
  });
});
