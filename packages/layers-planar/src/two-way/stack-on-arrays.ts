import type { Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Sizes of a stack; rows of parameters are 1 or batch. */
export interface StackSizes {
  readonly batch: number;
  /** D. */
  readonly size: number;
  readonly rows: number;
  /** K. */
  readonly layers: number;
}

/** How a stack runs. */
export interface StackSite {
  /** Latent → data: the last layer runs first. */
  readonly forward: boolean;
  /** The direction that solves. */
  readonly solve: boolean;
}

/** One run of a stack over typed arrays. */
export interface StackRun {
  /** `[batch · D]` values, then `[batch]` log-dets. */
  readonly output: Float64Array;
  /** Gradients of Σ upstream · output in every argument, in their order. */
  gradients(upstream: Float32Array): readonly Float64Array[];
}

/** Backends on which reading values back costs nothing. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** Whether stacks run over typed arrays on the active backend. */
export function runsOnArrays(): boolean {
  return READABLE.has(tf.getBackend());
}

/** The indices of the layers in the order in which they run. */
export function layerOrder(layers: number, { forward }: StackSite): readonly number[] {
  return Array.from({ length: layers }, (_, k) => (forward ? layers - 1 - k : k));
}

/**
 * A whole stack as one node of the tape, with analytic gradients: a small flow is nothing but the dispatch of operations.
 *
 * @param arguments_ The input `[batch, D]`, then parameters.
 */
export function stackOnArrays(
  arguments_: readonly tf.Tensor[],
  run: (arrays: readonly Float32Array[]) => StackRun,
): Mapped {
  const [batch, size] = arguments_[0]!.shape as [number, number];
  const shapes = arguments_.map(({ shape }) => shape);
  const operation = tf.customGrad((...given) => {
    const tensors = given.slice(0, arguments_.length) as tf.Tensor[];
    const { output, gradients } = run(tensors.map((tensor) => tensor.dataSync<'float32'>()));
    return {
      // A custom gradient has one output: values first, log-dets second.
      value: tf.tensor1d(new Float32Array(output)),
      gradFunc: (dy: tf.Tensor) =>
        gradients(dy.dataSync<'float32'>()).map((each, k) => tf.tensor(new Float32Array(each), shapes[k]!)),
    };
  });
  const both = operation(...arguments_);
  return {
    value: tf.reshape(tf.slice(both, [0], [batch * size]), [batch, size]),
    logDet: tf.slice(both, [batch * size], [batch]),
  };
}
