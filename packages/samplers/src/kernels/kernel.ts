import type { Random, Shape } from '@flowzoo/core';
import type { Positions } from '../common/positions.ts';
import type { Evaluation, Target } from '../targets/target.ts';

/** Where all chains stand. A step never changes a state: it gives a new one. */
export interface ChainState {
  readonly positions: Positions;
  /** log π, `[chains]`, nats; NaN where the kernel never asks for it. */
  readonly logDensity: Float64Array;
  /** ∇ log π, `[chains, size]`, for kernels that use it. */
  readonly gradient?: Float64Array | undefined;
}

/** What holds for a whole run; given to {@link Kernel.begin}. */
export interface RunContext {
  readonly target: Target;
  readonly eventShape: Shape;
  readonly chains: number;
  readonly size: number;
  /** One stream per chain: adding chains leaves the others as they were. */
  readonly randoms: readonly Random[];
  /** A stream for what is drawn for all chains together. */
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
  /**
   * The target at new points, checked; row r belongs to chain r modulo the number of chains. A kernel that cannot reject
   * forbids points outside the support.
   */
  evaluate(
    positions: Positions,
    options: { readonly gradient: boolean; readonly allowOutside?: boolean },
  ): Promise<Evaluation>;
}

/** What changes from step to step. */
export interface Moment {
  /** From 0, warm-up included. */
  readonly iteration: number;
  /** The kernel's own, or the adapted one; NaN for kernels without. */
  readonly stepSize: number;
}

/** What one step did. */
export interface Transition {
  readonly state: ChainState;
  /** Probability with which each chain's proposal was to be accepted, `[chains]`; 1 for kernels that never reject. */
  readonly acceptance: Float64Array;
  /** Whether each chain took its proposal, `[chains]`, 0 or 1. */
  readonly accepted: Uint8Array;
  /** The step that was made, for kernels with a schedule of their own. */
  readonly stepSize?: number | undefined;
}

/** One step of all chains at once. */
export type Step = (state: ChainState, moment: Moment) => Promise<Transition>;

/**
 * A Markov chain transition that leaves a target invariant (or nearly so, where its documentation says so).
 *
 * A kernel is an immutable description; what one run must remember lives in the function that `begin` gives.
 */
export interface Kernel {
  readonly type: string;
  /** What must be known of the target at a chain's position. */
  readonly uses: 'nothing' | 'density' | 'gradient';
  /** Length of a step before adaptation, where the kernel has one. */
  readonly stepSize?: number | undefined;
  /** Acceptance that warm-up adapts the step size to; absent: the step size stays. */
  readonly targetAcceptance?: number | undefined;
  begin(run: RunContext): Step;
}

/** One standard normal per element, each chain from its own stream, `[chains, size]`. */
export function normalsOf(run: Pick<RunContext, 'randoms' | 'size'>): Float64Array {
  const values = new Float64Array(run.randoms.length * run.size);
  run.randoms.forEach((random, chain) => {
    for (let i = 0; i < run.size; i++) values[chain * run.size + i] = random.normal();
  });
  return values;
}

/** The transition of a kernel that always moves. */
export function moveAll(state: ChainState): Transition {
  const { count } = state.positions;
  return { state, acceptance: new Float64Array(count).fill(1), accepted: new Uint8Array(count).fill(1) };
}
