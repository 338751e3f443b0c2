import { FlowzooError, type Random } from '@flowzoo/core';
import { assertFinite, assertFunction, assertKnownKeys, assertPositive, impossible } from '../common/check.ts';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import { moveAll, normalsOf, type Kernel, type RunContext } from './kernel.ts';

/** εₜ = a (b + t)^−γ, t from 0. */
export interface PolynomialSchedule {
  readonly a: number;
  /** Default: 1. */
  readonly b?: number | undefined;
  /** In (½, 1], so that Σ ε = ∞ and Σ ε² < ∞. Default: 0.55. */
  readonly gamma?: number | undefined;
}

/** An unbiased estimate of ∇ log π at every row, `[chains, size]`; {@link minibatchGradient} makes one. */
export type StochasticGradient = (
  positions: Positions,
  context: { readonly iteration: number; readonly random: Random },
) => Float64Array | Promise<Float64Array>;

/** Options of {@link stochasticGradientLangevin}. */
export interface StochasticGradientLangevinOptions {
  /** The schedule of the paper, or any function of the iteration: the variance of a step's noise. */
  readonly schedule: PolynomialSchedule | ((iteration: number) => number);
  /** Default: the gradient of the target. */
  readonly gradient?: StochasticGradient | undefined;
}

/**
 * Stochastic gradient Langevin dynamics (SGLD): θ′ = θ + (εₜ/2) ĝ(θ) + √εₜ ξ with a gradient from a minibatch.
 *
 * Welling & Teh 2011, https://icml.cc/2011/papers/398_icmlpaper.pdf, eq. 4. With decreasing steps, averages weighted by εₜ
 * (`ChainResult.stepSizes`, their eq. 11) converge to those of the posterior. εₜ is a variance: ULA's ε².
 *
 * @throws E_OPTION about schedule and gradient; in a run E_NOT_FINITE_LOSS naming chain and position
 *
 * @example
 * const kernel = stochasticGradientLangevin({ schedule: { a: 0.01, b: 10, gamma: 0.55 }, gradient });
 */
export function stochasticGradientLangevin(options: StochasticGradientLangevinOptions): Kernel {
  assertKnownKeys(options, ['schedule', 'gradient']);
  const schedule = scheduleOf(options.schedule);
  const { gradient } = options;
  if (gradient !== undefined) assertFunction('gradient', gradient);
  return {
    type: 'stochastic-gradient-langevin',
    uses: 'nothing',
    begin:
      (run) =>
      async (state, { iteration }) => {
        const stepSize = schedule(iteration);
        assertPositive(`schedule(${iteration})`, stepSize);
        const slope =
          gradient === undefined
            ? (await run.evaluate(state.positions, { gradient: true })).gradient!
            : checked(await gradient(state.positions, { iteration, random: run.random }), state.positions);
        const noise = normalsOf(run);
        const values = state.positions.values.map(
          (x, i) => x + 0.5 * stepSize * slope[i]! + Math.sqrt(stepSize) * noise[i]!,
        );
        assertStable(values, run);
        const positions = { values, count: run.chains, size: run.size };
        return { ...moveAll({ positions, logDensity: state.logDensity }), stepSize };
      },
  };
}

function scheduleOf(schedule: StochasticGradientLangevinOptions['schedule']): (iteration: number) => number {
  if (typeof schedule === 'function') return schedule;
  if (typeof schedule !== 'object' || schedule === null) {
    throw impossible('schedule', schedule, 'an object { a, b, gamma } or a function');
  }
  assertKnownKeys(schedule, ['a', 'b', 'gamma']);
  const { a, b = 1, gamma = 0.55 } = schedule;
  assertPositive('schedule.a', a);
  assertPositive('schedule.b', b);
  assertFinite('schedule.gamma', gamma);
  if (!(gamma > 0.5 && gamma <= 1)) throw impossible('schedule.gamma', gamma, 'a number above 0.5, at most 1');
  return (iteration) => a * (b + iteration) ** -gamma;
}

function checked(slope: Float64Array, positions: Positions): Float64Array {
  if (slope.length !== positions.values.length) {
    throw new FlowzooError('E_EVENT_SHAPE', 'the stochastic gradient has the wrong length', {
      at: 'gradient',
      expected: String(positions.values.length),
      found: String(slope.length),
    });
  }
  const bad = slope.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return slope;
  const chain = Math.floor(bad / positions.size);
  throw new FlowzooError('E_NOT_FINITE_LOSS', 'the stochastic gradient is not finite', {
    at: `chain ${chain} at ${formatPoint(rowOf(positions, chain))}`,
    found: String(slope[bad]),
  });
}

function assertStable(values: Float64Array, run: RunContext): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new FlowzooError('E_NOT_FINITE_LOSS', 'a chain has diverged', {
    at: `chain ${Math.floor(bad / run.size)}`,
    found: String(values[bad]),
    remedy: 'Take a smaller schedule.a',
  });
}
