import * as tf from '@tensorflow/tfjs';
import { restore } from '@flowzoo/kernels-wasm';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { filled, isCompiled, useNative } from '../test/compiled.ts';
import { loadAddon } from './addon.ts';

afterEach(restore);

describe.runIf(isCompiled)('nativeTier', () => {
  it('takes over the kernels whose functions it has and leaves the others to WebAssembly', async () => {
    const report = await useNative({ threads: 1 });
    expect(report).toMatchObject({ tier: 'native', notes: [] });
    expect(report.features).toContain('threads: 1');
    expect(report.kernels).toMatchObject({
      BatchMatMul: 'native',
      Conv2D: 'native',
      Conv2DBackpropFilter: 'native',
      DepthwiseConv2dNative: 'native',
      Reverse: 'wasm',
    });
  });

  it('gives the same bits again with the same number of threads', async () => {
    for (const threads of [1, 2]) {
      restore();
      await useNative({ threads });
      const run = (): number[] => {
        const values = tf.tidy(() => {
          const x = filled([8, 14, 14, 16], 1) as tf.Tensor4D;
          const filter = filled([3, 3, 16, 24], 2) as tf.Tensor4D;
          const loss = (at: tf.Tensor, of: tf.Tensor): tf.Scalar =>
            tf.sum(tf.tanh(tf.conv2d(at as tf.Tensor4D, of as tf.Tensor4D, 1, 'same'))) as tf.Scalar;
          const gradients = tf.grads((...[at, of]: tf.Tensor[]) => loss(at!, of!))([x, filter]);
          const product = tf.matMul(filled([300, 200], 3), filled([310, 200], 4), false, true);
          return tf.concat([...gradients, product].map((each) => tf.reshape(each, [-1])));
        });
        const found = [...values.dataSync()];
        values.dispose();
        return found;
      };
      const first = run();
      for (let again = 0; again < 3; again++) expect(run()).toEqual(first);
    }
  });

  it('wants at least one thread', async () => {
    await expect(useNative({ threads: 0 })).rejects.toThrow('native kernels need at least one thread');
    await expect(useNative({ threads: Number.NaN })).rejects.toThrow('native kernels need at least one thread');
    expect(() => loadAddon().setThreads('2' as unknown as number)).toThrow(RangeError);
  });

  it('forgets old shapes and goes on', async () => {
    await useNative({ threads: 1 });
    // More shapes than are kept.
    for (let width = 1; width <= 300; width++) {
      const sum = tf.tidy(() =>
        tf.sum(tf.conv2d(tf.ones([1, 2, width, 3]) as tf.Tensor4D, tf.ones([2, 1, 3, 5]) as tf.Tensor4D, 1, 'valid')),
      );
      expect(sum.dataSync()[0]).toBe(2 * 3 * 5 * width);
      sum.dispose();
    }
  });
});

describe('without the addon', () => {
  it('the next tier goes on, and the note says what to do', async () => {
    const before = process.env['FLOWZOO_NATIVE_ADDON'];
    process.env['FLOWZOO_NATIVE_ADDON'] = '/nowhere/flowzoo_native.node';
    try {
      const report = await useNative();
      expect(report.tier).toBe('wasm');
      expect(report.kernels['BatchMatMul']).toBe('wasm');
      expect(report.notes).toEqual([
        'native: the addon is not compiled: npm rebuild @flowzoo/kernels-native says what it needs',
      ]);
      restore();
      // No addon at all, as one that was compiled for another machine.
      process.env['FLOWZOO_NATIVE_ADDON'] = fileURLToPath(new URL('../test/not-an-addon.node', import.meta.url));
      const broken = await useNative();
      expect(broken.tier).toBe('wasm');
      expect(broken.notes[0]).toMatch(/^native: the addon does not start: /);
      restore();
      process.env['FLOWZOO_NATIVE_ADDON'] = fileURLToPath(new URL('../test/earlier-addon.cjs', import.meta.url));
      const earlier = await useNative();
      expect(earlier.tier).toBe('wasm');
      expect(earlier.notes[0]).toContain(
        'it was compiled from another version: npm rebuild @flowzoo/kernels-native compiles it again',
      );
    } finally {
      if (before === undefined) delete process.env['FLOWZOO_NATIVE_ADDON'];
      else process.env['FLOWZOO_NATIVE_ADDON'] = before;
    }
  });
});
