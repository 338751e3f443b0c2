import type { Transformer } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { normalRows } from '../../test/masked-parameters.ts';
import { inverseByPasses } from '../masked-autoregressive/sequential-inverse.ts';
import { incrementalInverse, incrementalRun } from './incremental-inverse.ts';
import { runArrays } from './run-arrays.ts';
import { hasKernel, KERNEL } from './run-kernel.ts';
import { build } from './test-layers.ts';
import { incrementalHost, start } from './wasm/host.ts';
import { runWasm } from './wasm/run-wasm.ts';

describe('feature by feature', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('finds 784 features', () => {
    const layer = build({ hidden: [800], activation: 'relu', order: 'random' }, { size: 784 });
    const z = normalRows(3, [784]);
    const { value, logDet } = layer.forward(z);
    const back = layer.inverse(value);
    const scale = Math.max(1, tf.max(tf.abs(value)).dataSync()[0]!);
    expect(tf.max(tf.abs(tf.sub(back.value, z))).dataSync()[0]! / scale).toBeLessThan(1e-4);
    expect(tf.max(tf.abs(tf.add(back.logDet, logDet))).dataSync()[0]!).toBeLessThan(1e-2);
    layer.dispose();
  });

  it.each([
    [{ hidden: [40, 30], activation: 'gelu', order: 'random' }, 0],
    [{ hidden: [10, 10], blocks: 'residual-preactivation', activation: 'elu', context: 'glu' }, 2],
    [{ hidden: [12], activation: 'silu', direct: true, transformer: { type: 'affine', scale: 'sigmoid' } }, 0],
    [{ hidden: [12], transformer: { type: 'affine', scale: { squash: 'atan-amplitude', bound: 1 } } }, 0],
    [{ hidden: [12], transformer: { type: 'rational-quadratic-spline', bins: 3 } }, 2],
  ])('is the same in TypeScript and as WebAssembly: %j', (config, contextSize) => {
    const layer = build(config, { size: 9, contextSize });
    for (const batch of [1, 2, 5, 8, 19, 41]) {
      const context = contextSize > 0 ? normalRows(batch, [contextSize], 'context') : undefined;
      const run = incrementalRun(layer.map, normalRows(batch, [9], batch) as tf.Tensor2D, context)!;
      const [plain, fast] = [runArrays(run), runWasm(run, { host: start() })!];
      for (const name of ['value', 'logDerivative'] as const) {
        const scale = Math.max(1, ...plain[name].map(Math.abs));
        const distance = Math.max(...fast[name].map((each, i) => Math.abs(each - plain[name][i]!)));
        // Sums are rounded in another order, and a steep spline makes more of it.
        expect(distance / scale, `${name}, batch ${batch}`).toBeLessThan(3e-5);
      }
    }
    layer.dispose();
  });

  it('takes batches that it has to cut, and examples that do not depend on the others', () => {
    const layer = build({ hidden: [6] }, { size: 3 });
    const z = normalRows(2051, [3]) as tf.Tensor2D;
    const whole = incrementalInverse(layer.map, z, undefined).value;
    for (const [first, count] of [
      [0, 8],
      [2045, 6],
    ] as const) {
      const part = incrementalInverse(layer.map, tf.slice(z, [first, 0], [count, 3]), undefined).value;
      const same = tf.slice(whole, [first, 0], [count, 3]);
      expect(tf.max(tf.abs(tf.sub(part, same))).dataSync()[0]).toBeLessThan(1e-6);
    }
    layer.dispose();
  });

  it('computes the others as ever where one example has scales beyond the ordinary', () => {
    const transformer = { type: 'affine', scale: { map: 'exp', gain: 30 }, shiftGain: 1e-30 };
    const layer = build({ hidden: [6], activation: 'linear', transformer }, { size: 3 });
    const z = normalRows(40, [3]) as tf.Tensor2D;
    const found = (input: tf.Tensor2D): Float32Array => runWasm(incrementalRun(layer.map, input, undefined)!)!.value;
    const usual = found(z);
    for (const strange of [1e30, NaN]) {
      const values = z.dataSync<'float32'>().slice();
      values.fill(strange, 3 * 17, 3 * 18);
      const others = found(tf.tensor2d(values, [40, 3]));
      expect(others.slice(3 * 17 + 1, 3 * 18).every((value) => Number.isFinite(value))).toBe(false);
      others.set(usual.subarray(3 * 17, 3 * 18), 3 * 17);
      expect(others).toEqual(usual);
    }
    layer.dispose();
  });

  it('does without WebAssembly where the host has no SIMD', () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(start()).toBeNull();
    validate.mockRestore();
    const layer = build({}, { size: 4 });
    const run = incrementalRun(layer.map, normalRows(3, [4]) as tf.Tensor2D, undefined)!;
    expect(runWasm(run, { host: null })).toBeNull();
    expect(incrementalHost()).not.toBeNull();
    layer.dispose();
  });

  it('keeps programs up to a limit, and places them again beyond it', () => {
    const host = start()!;
    const [first, large] = [[Int32Array.of(1, 2, 3)], [new Float32Array(2 ** 24)]];
    const owner = {};
    const addresses = host.place(owner, first);
    expect(host.place(owner, first)).toBe(addresses);
    host.place({}, large);
    host.place({}, large);
    expect(host.place(owner, first)).not.toBe(addresses);
  });
});

describe('with a kernel of the backend', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it.runIf(process.env['FLOWZOO_KERNELS'] === 'native')('finds what TypeScript finds, natively', () => {
    expect(hasKernel()).toBe(true);
    const config = { hidden: [40, 30], order: 'random', context: 'glu', transformer: { type: 'affine' } };
    const layer = build(config, { size: 12, contextSize: 2 });
    for (const batch of [1, 2, 7, 16, 17, 40, 64, 131]) {
      const z = normalRows(batch, [12], batch) as tf.Tensor2D;
      const context = normalRows(batch, [2], 'context');
      const plain = runArrays(incrementalRun(layer.map, z, context)!);
      const native = incrementalInverse(layer.map, z, context);
      for (const name of ['value', 'logDerivative'] as const) {
        const scale = Math.max(1, ...plain[name].map(Math.abs));
        const found = native[name].dataSync();
        const distance = Math.max(...found.map((each, i) => Math.abs(each - plain[name][i]!)));
        expect(distance / scale, `${name}, batch ${batch}`).toBeLessThan(1e-5);
      }
    }
    layer.dispose();
  });

  it('gives it the program and takes what it finds', () => {
    const before = tf.getKernel(KERNEL, 'wasm') as tf.KernelConfig | undefined;
    if (before !== undefined) tf.unregisterKernel(KERNEL, 'wasm');
    const kernelFunc = vi.fn<tf.KernelFunc>(({ inputs, backend }) => {
      const { shape } = inputs['input']!;
      const { makeOutput } = backend as unknown as { makeOutput(shape: number[], dtype: string): tf.TensorInfo };
      return [makeOutput.call(backend, shape, 'float32'), makeOutput.call(backend, shape, 'float32')];
    });
    tf.registerKernel({ kernelName: KERNEL, backendName: 'wasm', kernelFunc });
    try {
      const layer = build({ context: 'add', activation: 'leaky-relu', slope: 0.2 }, { size: 4, contextSize: 2 });
      const found = incrementalInverse(layer.map, normalRows(3, [4]) as tf.Tensor2D, normalRows(3, [2]));
      expect([found.value.shape, found.logDerivative.shape]).toEqual([
        [3, 4],
        [3, 4],
      ]);
      const { inputs, attrs } = kernelFunc.mock.calls[0]![0];
      expect(Object.keys(inputs)).toEqual(['input', 'context0']);
      expect(attrs).toMatchObject({ activation: 6, slope: 0.2, program: { rows: expect.any(Number) } });
      expect((attrs as unknown as { settings: Float32Array }).settings).toHaveLength(13);
      layer.dispose();
      // It has no arcus tangent.
      const other = build(
        { transformer: { type: 'affine', scale: { squash: 'atan-amplitude', bound: 1 } } },
        { size: 4 },
      );
      incrementalInverse(other.map, normalRows(3, [4]) as tf.Tensor2D, undefined);
      expect(kernelFunc).toHaveBeenCalledTimes(1);
      other.dispose();
    } finally {
      tf.unregisterKernel(KERNEL, 'wasm');
      if (before !== undefined) tf.registerKernel(before);
    }
  });
});

it('leaves transformers that only know tensors to full passes', () => {
  const layer = build({}, { size: 3 });
  const { conditioner, onePass, transformer } = layer.map;
  const plain: Transformer = {
    ...pick(transformer),
    forward: (z, parameters) => transformer.forward(z, parameters),
    inverse: (x, parameters) => transformer.inverse(x, parameters),
  };
  const map = { conditioner, onePass, transformer: plain };
  expect(incrementalRun(map, normalRows(2, [3]) as tf.Tensor2D, undefined)).toBeNull();
  const z = normalRows(2, [3]) as tf.Tensor2D;
  const [found, expected] = [incrementalInverse(map, z, undefined), inverseByPasses(layer.map, z, undefined)];
  expect(tf.max(tf.abs(tf.sub(found.value, expected.value))).dataSync()[0]).toBe(0);
  layer.dispose();
});

/** A transformer's facts, without what it computes. */
function pick(transformer: Transformer): Omit<Transformer, 'forward' | 'inverse' | 'mapArrays'> {
  const { type, path, variables, state, parameterCount, constantLogDet } = transformer;
  return {
    type,
    path,
    variables,
    state,
    parameterCount,
    constantLogDet,
    setMode: () => undefined,
    stateLoaded: () => undefined,
    dispose: () => undefined,
  };
}
