import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals } from '../../test/gradients64.ts';
import { planarOperation, type PlanarAttributes } from '../planar/planar-operation.ts';
import { hostFor } from './host.ts';
import { heapOf, type WasmBackend } from './wasm-backend.ts';

beforeAll(async () => void (await tf.setBackend('wasm')));

const backend = (): WasmBackend => tf.backend() as unknown as WasmBackend;

const attributes: PlanarAttributes = {
  forward: true,
  solve: false,
  activation: 'tanh',
  slope: 0.01,
  minimumSlope: 0.001,
};

/** The outputs of a planar stack, its gradients with sensitivities 1, as numbers. */
function outcomes({
  copying,
  batch,
  keeping = true,
}: {
  copying: boolean;
  batch: number;
  keeping?: boolean;
}): number[][] {
  return tf.tidy(() => {
    const inputs = [
      normals('x', [batch, 3]),
      normals('u', [1, 2, 3]),
      normals('w', [1, 2, 3]),
      normals('b', [1, 2]),
      tf.zeros([keeping ? Math.ceil(batch / 4) * 88 : 1]),
      tf.ones([batch, 3]),
      tf.ones([batch]),
    ];
    const shapes = inputs.map(({ shape }) => shape);
    const host = hostFor(backend(), { copying });
    if (keeping) expect(4 * inputs[4]!.size).toBe(planarOperation.kept!(host.functions, shapes));
    const scratch = planarOperation.scratch(host.functions, shapes, attributes);
    const numbers = (given: tf.TensorInfo[]): number[][] =>
      given.map((each) => {
        const tensor = tf.engine().makeTensorFromTensorInfo(each);
        return [...tensor.dataSync()];
      });
    const results = host.call({
      inputs: inputs.slice(0, 5),
      outputs: [[batch, 3], [batch]],
      written: 4,
      scratch,
      run: (functions, places) => planarOperation.run(functions, places, shapes, attributes),
    });
    const gradients = host.call({
      inputs,
      outputs: shapes.slice(0, 4),
      scratch,
      run: (functions, places) => planarOperation.gradient(functions, places, shapes, attributes),
    });
    return [...numbers(results), ...numbers(gradients)];
  });
}

describe('the host of the module', () => {
  it('computes the same on the heap of tfjs and on copies', () => {
    expect(heapOf(backend())).not.toBeNull();
    // The second batch needs more memory than the first.
    for (const batch of [3, 5000]) {
      const found = outcomes({ copying: true, batch });
      expect(found).toEqual(outcomes({ copying: false, batch }));
      expect(found[0]).toHaveLength(3 * batch);
    }
  });

  it('finds the same gradients where nothing is kept for them', () => {
    expect(outcomes({ copying: false, batch: 7, keeping: false })).toEqual(outcomes({ copying: false, batch: 7 }));
  });

  it('finds no heap where it is shared or hidden', () => {
    const forged = (memory: unknown): WasmBackend => ({ wasm: { asm: { memory } } }) as unknown as WasmBackend;
    expect(heapOf(forged(undefined))).toBeNull();
    expect(heapOf(forged(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })))).toBeNull();
  });

  it('says that the heap is full', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const full = { wasm: { _malloc: () => 0, _free: () => undefined, asm: { memory } } } as unknown as WasmBackend;
    const call = { inputs: [], outputs: [], scratch: 64, run: () => undefined };
    expect(() => hostFor(full).call(call)).toThrow('the WebAssembly heap has no room for 64 bytes more');
  });
});
