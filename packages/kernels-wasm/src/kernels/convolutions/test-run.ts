import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { type Case, type Reference, reference } from './test-reference.ts';

type Shape4 = [number, number, number, number];

/** Runs one kernel on the active backend. */
export function run(name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as Parameters<ReturnType<typeof tf.engine>['runKernel']>[2]);
}

/** Runs the convolution and both gradients; values off the backend, by name. */
export function runAll(each: Case, { info, x, filter, dy }: Reference): Record<string, Float32Array> {
  const tensors = tf.tidy(() => {
    const [xs, filters] = [tf.tensor(x, [...each.x]), tf.tensor(filter, [...each.filter])];
    const upstream = tf.tensor(dy, info.outShape as Shape4);
    const attrs = { dataFormat: 'NHWC', dilations: [1, 1], ...each.attributes };
    const name = each.depthwise === true ? 'DepthwiseConv2dNative' : 'Conv2D';
    const gradient = each.depthwise === true ? 'DepthwiseConv2dNativeBackprop' : 'Conv2DBackprop';
    return {
      y: run(name, { x: xs, filter: filters }, attrs),
      inputGradient: run(`${gradient}Input`, { dy: upstream, filter: filters }, { ...attrs, inputShape: each.x }),
      filterGradient: run(`${gradient}Filter`, { x: xs, dy: upstream }, { ...attrs, filterShape: each.filter }),
    };
  });
  const values = Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync().slice()]);
  tf.dispose(tensors);
  return Object.fromEntries(values) as Record<string, Float32Array>;
}

/** Half the distance of float32 numbers near 1. */
const ROUNDING = 2 ** -24;

/**
 * The convolution and both gradients are those of the float64 sums. The error of each sum is bounded by the sum of the
 * absolute values of its terms: |found − exact| ≤ 8 · 2⁻²⁴ · Σ |terms|, however the terms are grouped.
 */
export function expectReference(each: Case): void {
  const exact = reference(each);
  const found = runAll(each, exact);
  for (const name of ['y', 'inputGradient', 'filterGradient'] as const) {
    const [values, sums, sizes] = [found[name]!, exact[name], exact.sizes[name]];
    expect(values).toHaveLength(sums.length);
    const wrong = values.findIndex((value, i) => !(Math.abs(value - sums[i]!) <= 8 * ROUNDING * sizes[i]!));
    if (wrong >= 0) {
      expect.fail(`${name}, element ${wrong}: found ${values[wrong]}, expected ${sums[wrong]}, terms ${sizes[wrong]}`);
    }
  }
}
