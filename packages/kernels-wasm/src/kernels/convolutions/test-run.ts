import * as tf from '@tensorflow/tfjs';
import { expectClose } from '../../../test/compare.ts';
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

/**
 * The convolution and both gradients are those of the float64 sums; the inputs are of the size of 1. The longest sums have
 * some 1200 terms: added one after the other, as native kernels do, sums near 20 are off by 5.2e-5 and near 56 by 1.2e-4.
 */
export function expectReference(each: Case, absolute = 8e-5): void {
  const exact = reference(each);
  const found = runAll(each, exact);
  for (const name of ['y', 'inputGradient', 'filterGradient'] as const) {
    expectClose(found[name]!, exact[name], { absolute, relative: 4e-6 });
  }
}
