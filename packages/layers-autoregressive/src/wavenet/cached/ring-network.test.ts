import * as tf from '@tensorflow/tfjs';
import { Random } from '@flowzoo/core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WaveNetNetwork } from '../wavenet-network.ts';
import { RingNetwork, type RingNetworkOptions } from './ring-network.ts';
import { build, cases, contexts, rows, TIME } from './test-rings.ts';
import { compile } from './wasm/host.ts';
import { WasmKernel } from './wasm/wasm-kernel.ts';

const KERNELS = ['wasm', 'arrays'] as const;

function open(
  network: WaveNetNetwork,
  kernel: (typeof KERNELS)[number],
  options: Omit<RingNetworkOptions, 'kernel'>,
): RingNetwork {
  return new RingNetwork(network.taps(), { ...options, kernel });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('rings', () => {
  it.each(cases)('%s: parameters of every step are those of the full pass', (...given) => {
    const network = build(given);
    const { channels = 1 } = given[2];
    const signal = Array.from(new Random(2).uniforms(2 * TIME), (u) =>
      channels === 1 ? 2 * u - 1 : Math.floor(7 * u),
    );
    const context = contexts(2, given);
    const parameters = tf.tidy(() => {
      const x = tf.tensor2d(signal, [2, TIME]);
      const seen = channels === 1 ? tf.reshape(x, [2, TIME, 1]) : tf.oneHot(tf.cast(x, 'int32'), channels);
      const conditions = context === undefined ? undefined : tf.tensor2d(context, [2, context.length / 2]);
      return network.apply(tf.cast(seen, 'float32') as tf.Tensor3D, conditions).arraySync();
    });
    const scale = Math.max(...parameters.flat(2).map(Math.abs));
    for (const kernel of KERNELS) {
      const ring = open(network, kernel, { count: 2, context });
      for (let step = 0; step < TIME; step++) {
        const found = ring.step(step === 0 ? null : [signal[step - 1]!, signal[TIME + step - 1]!]);
        const expected = [...parameters[0]![step]!, ...parameters[1]![step]!];
        expected.forEach((value, i) => expect(Math.abs(found[i]! - value) / scale).toBeLessThan(1e-5));
      }
      ring.dispose();
    }
    network.dispose();
  });

  // Scales that reach the ends of every exponential, and signals in fours, in rests of fours, and alone.
  it.each(cases.flatMap((each) => [0.3, 3, 40].map((scale) => [each[0], scale, each] as const)))(
    '%s, scale %d: WebAssembly and arrays give the same bits, whatever stands beside a signal',
    (_, scale, given) => {
      const network = build(given, scale);
      const { channels = 1 } = given[2];
      const all: number[][] = [];
      for (const count of [1, 3, 4, 5, 16]) {
        const found = KERNELS.map((kernel) => {
          const ring = open(network, kernel, { count, context: contexts(count, given) });
          const seen: number[] = [];
          for (let step = 0; step < TIME; step++) {
            const before = rows(count, TIME).map((row) => (channels === 1 ? row[step]! : Math.floor(7 * row[step]!)));
            seen.push(...ring.step(step === 0 ? null : before).slice());
          }
          ring.dispose();
          return seen;
        });
        expect(found[0]).toEqual(found[1]);
        expect(found[0]!.every(Number.isFinite)).toBe(true);
        const width = found[0]!.length / TIME / count;
        all.push(found[0]!.filter((_value, i) => i % (count * width) < width));
      }
      for (const alone of all) expect(alone).toEqual(all[0]);
      network.dispose();
    },
  );

  it.each(cases)('%s: levels are the same, however they are asked for', (...given) => {
    const network = build(given, 2);
    const uniforms = rows(5, TIME);
    for (const temperature of [1, 0.3, 0]) {
      const options = { count: 5, context: contexts(5, given), categorical: true };
      const prompt = [[1, 0, 1], [0], [], [1, 1, 1, 1, 1, 1], [0, 0]];
      const found = KERNELS.map((kernel) => {
        const ring = open(network, kernel, options);
        const levels = ring.draw({ steps: TIME, uniforms, given: prompt, temperature });
        ring.dispose();
        return Array.from(levels);
      });
      expect(found[0]).toEqual(found[1]);
      const ring = open(network, 'wasm', options);
      const pieces = [1, 7, 0, 2, TIME - 10].reduce<number[][]>((done, steps) => {
        const from = done.flat().length / 5;
        const part = uniforms.map((row) => row.subarray(from));
        const rest = prompt.map((row) => row.slice(from));
        return [...done, Array.from(ring.draw({ steps, uniforms: part, given: rest, temperature }))];
      }, []);
      ring.dispose();
      expect(pieces.flat()).toEqual(found[0]);
      expect(Array.from({ length: 6 }, (_, step) => found[0]![5 * step + 3])).toEqual([1, 1, 1, 1, 1, 1]);
    }
    network.dispose();
  });

  it('draw levels as often as they are likely, and none that does not exist', () => {
    const network = build(['biases', { features: 1, dilations: [1] }, { outputs: 5 }], 0);
    const logits = [0.5, -1, 1, -3, 0];
    network.variables.get('output.1.bias')!.assign(tf.tensor1d(logits));
    const ring = open(network, 'wasm', { count: 1, context: undefined, categorical: true });
    const steps = 20_000;
    const levels = ring.draw({ steps, uniforms: rows(1, steps), given: null, temperature: 2 });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit / 2), 0);
    logits.forEach((logit, k) => {
      const chance = Math.exp(logit / 2) / total;
      const share = levels.filter((level) => level === k).length / steps;
      expect(Math.abs(share - chance)).toBeLessThan(4 * Math.sqrt((chance * (1 - chance)) / steps));
    });
    expect(levels.every((level) => level < 5)).toBe(true);
    ring.dispose();
    network.dispose();
  });

  it('share nothing, even a memory that another has given back', () => {
    const network = build(cases[2]!, 2);
    const options = { count: 2, context: undefined, categorical: true };
    const draw = (ring: RingNetwork, steps: number): number[] =>
      Array.from(ring.draw({ steps, uniforms: rows(2, steps), given: null, temperature: 1 }));
    const first = open(network, 'wasm', options);
    const expected = draw(first, TIME);
    first.dispose();
    first.dispose();
    const [second, third] = [open(network, 'wasm', options), open(network, 'wasm', options)];
    const half = draw(second, 12);
    expect(draw(third, TIME)).toEqual(expected);
    third.dispose();
    expect(half).toEqual(expected.slice(0, 24));
    const large = open(build(cases[1]!), 'wasm', { ...options, count: 32 });
    large.dispose();
    const again = open(network, 'wasm', options);
    expect(draw(again, TIME)).toEqual(expected);
    network.dispose();
    again.dispose();
    second.dispose();
  });

  it('run on arrays where WebAssembly is missing', () => {
    const network = build(cases[5]!);
    const options = { count: 2, context: contexts(2, cases[5]!), categorical: true };
    const request = { steps: TIME, uniforms: rows(2, TIME), given: null, temperature: 1 };
    const fast = new RingNetwork(network.taps(), options);
    const expected = fast.draw(request);
    fast.dispose();
    vi.stubGlobal('WebAssembly', { validate: () => false });
    expect(compile()).toBe(null);
    vi.stubGlobal('WebAssembly', undefined);
    expect(compile()).toBe(null);
    vi.spyOn(WasmKernel, 'create').mockReturnValue(null);
    const plain = new RingNetwork(network.taps(), options);
    expect(plain.draw(request)).toEqual(expected);
    plain.dispose();
    network.dispose();
  });
});
