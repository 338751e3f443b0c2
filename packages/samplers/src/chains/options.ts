import type * as tf from '@tensorflow/tfjs';
import type { Random } from '@flowzoo/core';
import type { IndependentProposal } from '../proposals/independent-proposal.ts';

/**
 * Where chains start: a tensor `[chains, ...event]`, the same numbers row by row, a function of the chain, or a proposal
 * (a flow) to draw from.
 */
export type InitialPositions =
  | tf.Tensor
  | Float64Array
  | Float32Array
  | ((chain: number, random: Random) => ArrayLike<number>)
  | IndependentProposal;

/** How far a run is. */
export interface RunProgress {
  readonly phase: 'warmup' | 'sampling';
  /** Steps done, warm-up included. */
  readonly done: number;
  readonly total: number;
  /** Mean acceptance of the last step. */
  readonly acceptance: number;
  /** NaN for kernels without. */
  readonly stepSize: number;
}

/** Options of `runChains`. */
export interface RunOptions {
  readonly chains: number;
  /** Draws to keep per chain. */
  readonly samples: number;
  readonly initial: InitialPositions;
  /** Steps before the first kept draw. Default: half of `samples`. */
  readonly warmup?: number | undefined;
  /** Steps per kept draw. Default: 1. */
  readonly thin?: number | undefined;
  /** Whether warm-up adapts the step size of kernels that have a target acceptance. Default: true. */
  readonly adapt?: boolean | undefined;
  /** Default: 0. */
  readonly seed?: number | string | undefined;
  /** Called after every step. */
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Stops between two steps with E_ABORTED; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}
