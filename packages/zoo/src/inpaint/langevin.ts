import * as tf from '@tensorflow/tfjs';
import { Random } from '@flowzoo/core';
import { clipRows, type MoveOptions } from './ascent.ts';
import type { PreprocessedDensity } from './density.ts';

/** A state of the chain: position, log-density per example and its (clipped) gradient. */
interface State {
  readonly v: tf.Tensor;
  readonly logProb: tf.Tensor;
  readonly gradient: tf.Tensor;
}

/** Where the chain ended, and how it went. */
export interface LangevinResult {
  /** The caller disposes. */
  readonly v: tf.Tensor;
  /** Accepted share of the proposals of the second half, all examples together. */
  readonly acceptance: number;
}

/**
 * Metropolis-adjusted Langevin chain on the hidden elements given the visible ones (Roberts & Tweedie 1996):
 * v′ = v + (ε²/2) g(v) + ε ξ, accepted with probability min(1, p(v′) q(v | v′) / (p(v) q(v′ | v))).
 *
 * Its stationary distribution is the model's own conditional p(hidden | visible). The step of each example is adapted
 * to an acceptance of 0.574 during the first half (Roberts & Rosenthal 1998) and then kept. `v` is consumed.
 */
export async function sampleLangevin(
  density: PreprocessedDensity,
  v: tf.Tensor,
  options: MoveOptions,
): Promise<LangevinResult> {
  const random = new Random(`langevin/${options.seed}`);
  const batch = v.shape[0]!;
  const step = new Float64Array(batch).fill(0.1 * options.stepSize);
  let state = evaluate(density, v, options);
  let accepted = 0;
  let counted = 0;
  try {
    for (let i = 0; i < options.steps; i++) {
      const proposal = propose(density, state, { step, random, options });
      const logRatio = await proposal.logRatio.data();
      const accept = Float32Array.from(logRatio, (ratio) => (Math.log(random.uniform()) < ratio ? 1 : 0));
      const adapting = i < options.steps / 2;
      for (let row = 0; row < batch; row++) {
        if (adapting) step[row]! *= Math.exp((accept[row]! - 0.574) / Math.sqrt(i + 1));
        else {
          accepted += accept[row]!;
          counted += 1;
        }
      }
      const next = choose(accept, proposal.state, state);
      disposeState(proposal.state);
      proposal.logRatio.dispose();
      disposeState(state);
      state = next;
      await options.afterStep(i + 1);
    }
    return { v: tf.clone(state.v), acceptance: counted === 0 ? 0 : accepted / counted };
  } finally {
    disposeState(state);
  }
}

function evaluate(density: PreprocessedDensity, v: tf.Tensor, options: MoveOptions): State {
  const { logProb, gradient } = density.logProbAndGradient(v);
  const clipped = tf.tidy(() => tf.mul(clipRows(gradient, options.clipNorm), options.free));
  gradient.dispose();
  return { v, logProb, gradient: clipped };
}

function propose(
  density: PreprocessedDensity,
  state: State,
  { step, random, options }: { step: Float64Array; random: Random; options: MoveOptions },
): { state: State; logRatio: tf.Tensor } {
  const { v } = state;
  const epsilon = tf.tensor(Float32Array.from(step), [step.length, ...v.shape.slice(1).map(() => 1)]);
  const drift = (gradient: tf.Tensor): tf.Tensor => tf.mul(tf.div(tf.square(epsilon), 2), gradient);
  const noise = tf.tensor(random.normals(v.size), v.shape);
  const moved = tf.tidy(() => tf.add(v, tf.mul(tf.add(drift(state.gradient), tf.mul(epsilon, noise)), options.free)));
  const next = evaluate(density, moved, options);
  const logRatio = tf.tidy(() => {
    const logKernel = (to: tf.Tensor, from: State): tf.Tensor => {
      const away = tf.mul(tf.div(tf.sub(to, tf.add(from.v, drift(from.gradient))), epsilon), options.free);
      return tf.mul(-0.5, tf.sum(tf.reshape(tf.square(away), [step.length, -1]), 1));
    };
    const ratio = tf.sub(tf.add(next.logProb, logKernel(v, next)), tf.add(state.logProb, logKernel(moved, state)));
    return density.bounds === null ? ratio : tf.add(ratio, outside(moved, density.bounds));
  });
  epsilon.dispose();
  noise.dispose();
  return { state: next, logRatio };
}

/** A penalty no proposal survives, for examples that left the interval. */
function outside(v: tf.Tensor, [low, high]: readonly [number, number]): tf.Tensor {
  const out = tf.logicalOr(tf.less(v, low), tf.greater(v, high));
  return tf.mul(-1e9, tf.max(tf.reshape(tf.cast(out, 'float32'), [v.shape[0]!, -1]), 1));
}

/** Row by row, the proposal where it was accepted, the old state where not. */
function choose(accept: Float32Array, proposal: State, state: State): State {
  const pick = (yes: tf.Tensor, no: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const rows = tf.tensor(accept, [accept.length, ...yes.shape.slice(1).map(() => 1)]);
      return tf.where(tf.greater(rows, 0.5), yes, no);
    });
  return {
    v: pick(proposal.v, state.v),
    logProb: pick(proposal.logProb, state.logProb),
    gradient: pick(proposal.gradient, state.gradient),
  };
}

function disposeState(state: State): void {
  tf.dispose([state.v, state.logProb, state.gradient]);
}
