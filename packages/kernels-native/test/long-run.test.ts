import * as tf from '@tensorflow/tfjs';
import { restore } from '@flowzoo/kernels-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { filled, isCompiled, useNative } from './compiled.ts';

afterAll(restore);

interface Usage {
  readonly heap: number;
  readonly buffers: number;
  readonly tensors: number;
}

function usage(): Usage {
  const backend = tf.backend() as unknown as {
    readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory } };
    numDataIds(): number;
  };
  return {
    heap: backend.wasm.asm.memory.buffer.byteLength,
    buffers: backend.numDataIds(),
    tensors: tf.memory().numTensors,
  };
}

/** Resident bytes of the process, the smallest of some looks: V8 gives its garbage back when it likes. */
function residentBytes(): number {
  return Math.min(...Array.from({ length: 5 }, () => process.memoryUsage.rss()));
}

describe.runIf(isCompiled)('ten thousand steps', () => {
  it('leave tensors, the heap and the process as large as they were', async () => {
    await useNative({ threads: 1 });
    const x = filled([2, 6, 6, 8], 1) as tf.Tensor4D;
    const filter = tf.variable(filled([3, 3, 8, 8], 2));
    const dense = tf.variable(filled([8, 64], 3));
    const optimizer = tf.train.sgd(1e-3);
    // Both products of the gradient, the convolution and its gradients are large enough for the native functions.
    const loss = (): tf.Scalar => {
      const features = tf.conv2d(x, filter as tf.Tensor as tf.Tensor4D, 1, 'valid');
      const scores = tf.matMul(tf.reshape(tf.tanh(features), [-1, 8]), dense as tf.Tensor as tf.Tensor2D);
      return tf.mean(tf.square(scores)) as tf.Scalar;
    };
    const take = (steps: number): void => {
      for (let step = 0; step < steps; step++) optimizer.minimize(loss, false, [filter, dense] as tf.Variable[]);
    };
    take(2000);
    const [before, resident] = [usage(), residentBytes()];
    take(8000);
    expect(usage()).toEqual(before);
    // A plan, a primitive or a page that were lost at each step would be 8000 of them; V8's own garbage comes and goes.
    expect(residentBytes() - resident).toBeLessThan(32 * 2 ** 20);
    tf.dispose([x, filter, dense]);
    optimizer.dispose();
  });
});
