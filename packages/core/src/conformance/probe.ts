import * as tf from '@tensorflow/tfjs';
import type { Part } from '../contracts/part.ts';
import type { Shape } from '../contracts/shape.ts';
import type { Random } from '../random/random.ts';
import type { Domain } from './domain.ts';

/** One of the tensors a probe puts out: `[batch, ...eventShape]`. */
export interface Output {
  readonly name: string;
  /** `[]` for one number per example. */
  readonly eventShape: Shape;
}

/**
 * One way to call a part, so that a clause can be written once for all kinds: `forward` and `inverse` of a bijector or a
 * transformer, `apply` of a conditioner, `logProb` of a distribution. Every input and output has the batch in front.
 */
export interface Probe<P extends Part = Part> {
  readonly name: string;
  readonly outputs: readonly Output[];
  /** Whether gradients flow through it: the forward direction of a dequantization rounds, and has none. */
  readonly differentiable: boolean;
  /** Whether row i of the result depends on i: noise that is drawn row after row. */
  readonly noisy: boolean;
  /** Solved numerically: results are less exact. */
  readonly iterative: boolean;
  /** Domain of the first input. */
  readonly domain: Domain;
  /** Typical inputs: the argument itself, then context or parameters where there are any. */
  draw(rows: number, random: Random): tf.Tensor[];
  /** Inputs at large values and at the edges of the domain. */
  edges(random: Random): tf.Tensor[];
  run(part: P, inputs: readonly tf.Tensor[]): tf.Tensor[];
}

/** Fixed random weights for every output, so that one number depends on all of them: Σₖ Σ weightₖ · outputₖ. */
export function projectionWeights(outputs: readonly tf.Tensor[], random: Random): tf.Tensor[] {
  return outputs.map((output, index) => tf.tensor(random.fork(index).normals(output.size), output.shape));
}

/** Σₖ weightₖ · outputₖ per example, `[batch]`. */
export function projectRows(outputs: readonly tf.Tensor[], weights: readonly tf.Tensor[]): tf.Tensor {
  return outputs
    .map((output, index) => tf.sum(tf.reshape(tf.mul(output, weights[index]!), [output.shape[0]!, -1]), 1))
    .reduce((sum, term) => tf.add(sum, term));
}
