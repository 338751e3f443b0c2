import type { Shape } from '@flowzoo/core';
import type { Positions } from '../common/positions.ts';

/** The target at every row: what a sampler needs to know. */
export interface Evaluation {
  /** log π up to one constant, `[count]`, nats; −∞ outside the support. */
  readonly logDensity: Float64Array;
  /** ∇ log π, `[count, size]` row by row, when it was asked for. */
  readonly gradient?: Float64Array | undefined;
}

/**
 * An unnormalised density to sample from: {@link tensorTarget}, {@link plainTarget}, {@link distributionTarget}, or any
 * object of this form.
 */
export interface Target {
  /** Shape of one point. */
  readonly eventShape: Shape;
  /** Whether `evaluate` gives gradients. */
  readonly differentiable: boolean;
  /** log π, and its gradient when asked for, at all rows at once. */
  evaluate(positions: Positions, options: { readonly gradient: boolean }): Promise<Evaluation>;
}
