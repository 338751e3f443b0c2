import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { KERNEL } from './backend-kernel.ts';
import { RingNetwork } from './ring-network.ts';
import { build, cases, contexts, rows, TIME } from './test-rings.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe('a kernel of the backend', () => {
  it('is given the program, and WebAssembly rests', () => {
    const before = tf.getKernel(KERNEL, 'wasm') as tf.KernelConfig | undefined;
    if (before !== undefined) tf.unregisterKernel(KERNEL, 'wasm');
    const kernelFunc = vi.fn<tf.KernelFunc>(() => []);
    tf.registerKernel({ kernelName: KERNEL, backendName: 'wasm', kernelFunc });
    try {
      const [network, context] = [build(cases[5]!), contexts(2, cases[5]!)];
      const ring = new RingNetwork(network.taps(), { count: 2, context, categorical: true });
      ring.step(null);
      ring.draw({ steps: 3, uniforms: rows(2, 3), given: null, temperature: 0.5 });
      const asked = kernelFunc.mock.calls.map(([{ attrs }]) => attrs as unknown as Record<string, unknown>);
      expect(asked.map(({ operation }) => operation)).toEqual(['global', 'local', 'step', 'draw']);
      expect(asked[3]).toMatchObject({ steps: 3, temperature: 0.5, words: expect.any(Int32Array) });
      expect(asked[3]!['floats']).toBe(asked[0]!['floats']);
      ring.dispose();
      const other = new RingNetwork(network.taps(), { count: 2, context, kernel: 'wasm' });
      other.step(null);
      expect(kernelFunc).toHaveBeenCalledTimes(4);
      other.dispose();
      network.dispose();
    } finally {
      tf.unregisterKernel(KERNEL, 'wasm');
      if (before !== undefined) tf.registerKernel(before);
    }
  });
});

describe.runIf(process.env['FLOWZOO_KERNELS'] === 'native')('the native kernel', () => {
  it.each(cases.flatMap((each) => [0.3, 3, 40].map((scale) => [each[0], scale, each] as const)))(
    '%s, scale %d: gives the bits of arrays, step by step and drawn',
    (_, scale, given) => {
      expect(tf.getKernel(KERNEL, 'wasm')).toBeDefined();
      const network = build(given, scale);
      const { channels = 1 } = given[2];
      for (const count of [1, 2, 3, 5, 8, 9, 16, 31]) {
        const context = contexts(Math.min(count, 16), given);
        if (context !== undefined && count > 16) continue;
        const options = { count, context, categorical: true };
        const request = { steps: TIME, uniforms: rows(count, TIME), given: null, temperature: 0.8 };
        const [found, expected] = [undefined, 'arrays' as const].map((kernel) => {
          const ring = new RingNetwork(network.taps(), { ...options, kernel });
          const seen: number[] = [];
          for (let step = 0; step < TIME; step++) {
            const before = rows(count, TIME).map((row) => (channels === 1 ? row[step]! : Math.floor(7 * row[step]!)));
            seen.push(...ring.step(step === 0 ? null : before).slice());
          }
          seen.push(...ring.draw(request));
          ring.dispose();
          return seen;
        });
        expect(found).toEqual(expected);
      }
      network.dispose();
    },
  );
});
