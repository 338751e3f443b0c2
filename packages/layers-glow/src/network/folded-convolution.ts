import { runNamedKernel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { outside } from './padding.ts';

/** What a {@link foldedConvolution} takes beside its input. */
export interface FoldedInputs {
  /** `[batch, height, width, in]`. */
  readonly x: tf.Tensor4D;
  /** `[k, k, in, out]`. */
  readonly weight: tf.Tensor4D;
  /** `[out]`. */
  readonly shift: tf.Tensor1D;
  /** r of the scale, `[out]`; null for scale 1. */
  readonly logScale: tf.Tensor1D | null;
  /** Filter of the edge channel, `[k, k, 1, out]`; null without one. */
  readonly edge: tf.Tensor4D | null;
}

/** Options of {@link foldedConvolution}. */
export interface FoldedOptions {
  /** k of the scale exp(k·r). */
  readonly logFactor: number;
  readonly activation: 'relu' | 'linear';
}

/** Whether the active backend has the kernels of a {@link foldedConvolution}. */
export function canFold(): boolean {
  const backend = tf.getBackend();
  // The cpu backend's own gradients are a hundred times slower than composed ones.
  if (backend === 'cpu') return false;
  return ['FusedConv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput'].every(
    (name) => (tf.getKernel(name, backend) as tf.KernelConfig | undefined) !== undefined,
  );
}

/**
 * y = a((conv(x, w) + conv(edge channel, e) + b) · exp(k·r)) with a = max(·, 0) or nothing, as one operation with one gradient.
 *
 * The scale is multiplied into the filter, and the edge channel, being the same for every example, is convolved once. Composed
 * of single operations the same costs three more passes over y, and several times as many calls.
 *
 * @returns `[batch, height, width, out]`; run inside a tidy scope.
 */
export function foldedConvolution(inputs: FoldedInputs, options: FoldedOptions): tf.Tensor4D {
  const { x, weight, shift, logScale, edge } = inputs;
  const given = [x, weight, shift, ...(logScale === null ? [] : [logScale]), ...(edge === null ? [] : [edge])];
  const named = (tensors: readonly tf.Tensor[]): FoldedInputs => ({
    x: tensors[0] as tf.Tensor4D,
    weight: tensors[1] as tf.Tensor4D,
    shift: tensors[2] as tf.Tensor1D,
    logScale: logScale === null ? null : (tensors[3] as tf.Tensor1D),
    edge: edge === null ? null : (tensors[logScale === null ? 3 : 4] as tf.Tensor4D),
  });
  const map = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const y = value(named(args as tf.Tensor[]), options);
    // The output of a rectifier tells where it was open.
    save([...(args.slice(0, -1) as tf.Tensor[]), ...(options.activation === 'relu' ? [y] : [])]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const dz = options.activation === 'relu' ? rectifierGradient(saved.at(-1)!, dy) : dy;
        return gradients(named(saved), dz, options);
      },
    };
  });
  return map(...given) as tf.Tensor4D;
}

function value({ x, weight, shift, logScale, edge }: FoldedInputs, options: FoldedOptions): tf.Tensor4D {
  const scale = scaleOf(logScale, options);
  const filter = scale === null ? weight : tf.mul(weight, scale);
  const offset = scale === null ? shift : tf.mul(shift, scale);
  if (edge === null) return run('FusedConv2D', { x, filter, bias: offset }, { activation: options.activation });
  const sum = run('Conv2D', { x, filter }, {});
  const seen = run('Conv2D', { x: around(x, edge), filter: edge }, { pad: 'valid' });
  const border = scale === null ? seen : tf.mul(seen, scale);
  const y = tf.add(sum, tf.add(border, offset));
  return (options.activation === 'relu' ? tf.relu(y) : y) as tf.Tensor4D;
}

/** The gradient before a rectifier, from its output. */
function rectifierGradient(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  return runNamedKernel('RectifierGradient', { y, dy }, {})?.[0] ?? tf.mul(dy, tf.step(y));
}

/** Gradients in x, weight, shift, and r and edge where there are any; `dz` is that before the activation. */
function gradients(inputs: FoldedInputs, dz: tf.Tensor, options: FoldedOptions): tf.Tensor[] {
  const { x, weight, shift, logScale, edge } = inputs;
  const scale = scaleOf(logScale, options);
  const scaled = (gradient: tf.Tensor): tf.Tensor => (scale === null ? gradient : tf.mul(gradient, scale));
  const filter = scale === null ? weight : tf.mul(weight, scale);
  const dx = run('Conv2DBackpropInput', { dy: dz, filter }, { inputShape: x.shape });
  const dFilter = run('Conv2DBackpropFilter', { x, dy: dz }, { filterShape: weight.shape });
  // Σ over the examples first: the border is the same for all of them.
  const dBorder = edge === null ? null : tf.sum(dz, 0, true);
  const dOffset = dBorder === null ? tf.sum(dz, [0, 1, 2]) : tf.sum(dBorder, [0, 1, 2]);
  const dEdge =
    edge === null || dBorder === null
      ? null
      : run('Conv2DBackpropFilter', { x: around(x, edge), dy: dBorder }, { pad: 'valid', filterShape: edge.shape });
  const results: tf.Tensor[] = [dx, scaled(dFilter), scaled(dOffset)];
  if (scale !== null) {
    const sums = [contracted(dFilter, weight), tf.mul(dOffset, shift)];
    if (dEdge !== null) sums.push(contracted(dEdge, edge!));
    const dScale = sums.reduce((total, each) => tf.add(total, each));
    results.push(tf.mul(tf.mul(dScale, scale), options.logFactor));
  }
  if (dEdge !== null) results.push(scaled(dEdge));
  return results;
}

/** Σ over everything but the last axis of a·b. */
function contracted(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(a, b), [0, 1, 2]);
}

function scaleOf(logScale: tf.Tensor1D | null, { logFactor }: FoldedOptions): tf.Tensor1D | null {
  return logScale === null ? null : tf.exp(tf.mul(logScale, logFactor));
}

/** The edge channel: 1 outside of the image. */
function around(x: tf.Tensor4D, edge: tf.Tensor4D): tf.Tensor4D {
  return outside(x.shape[1], x.shape[2], { reach: (edge.shape[0] - 1) / 2, channels: 1 });
}

/** tfjs's own functions take fused kernels apart while a gradient is recorded; this operation has its own gradient. */
function run(kernel: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object): tf.Tensor4D {
  const all = { strides: [1, 1], pad: 'same', dilations: [1, 1], dataFormat: 'NHWC', ...attributes };
  return tf.engine().runKernel(kernel, inputs, all as unknown as tf.NamedAttrMap);
}
