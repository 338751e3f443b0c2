import { FlowzooError } from '@flowzoo/core';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import type { Evaluation, Target } from './target.ts';

/** How {@link evaluateTarget} names a row and what it asks for. */
export interface EvaluateTargetOptions {
  readonly gradient: boolean;
  /** `chain 3`, `sample 17`. */
  readonly nameOf: (row: number) => string;
  /** Whether −∞ (outside the support) is allowed. Default: true. */
  readonly allowOutside?: boolean;
}

/**
 * The target at every row, checked: no NaN or +∞ enters a chain, where it would stay for ever or spread.
 *
 * @throws E_NOT_FINITE_LOSS naming row and position; E_OUT_OF_DOMAIN for −∞ where it is not allowed; E_BATCH when a
 * target of one's own gives the wrong number of values; E_OPTION when a gradient is needed and there is none
 */
export async function evaluateTarget(
  target: Target,
  positions: Positions,
  options: EvaluateTargetOptions,
): Promise<Evaluation> {
  if (options.gradient && !target.differentiable) {
    throw new FlowzooError('E_OPTION', 'this sampler needs the gradient of the log-density', {
      at: 'target',
      found: 'a target without gradient',
      remedy: 'Give plainTarget a gradient, or use tensorTarget',
    });
  }
  const evaluation = await target.evaluate(positions, { gradient: options.gradient });
  assertLength('log-density', evaluation.logDensity.length, positions.count);
  if (options.gradient) assertLength('gradient', evaluation.gradient?.length ?? 0, positions.values.length);
  for (let row = 0; row < positions.count; row++) checkRow(positions, evaluation, row, options);
  return evaluation;
}

/** @throws E_OPTION for what is no target, a bare function above all */
export function assertTarget(target: Target): void {
  const given: Partial<Target> | null | undefined = target;
  if (typeof given?.evaluate === 'function' && Array.isArray(given.eventShape)) return;
  throw new FlowzooError('E_OPTION', 'this is no target', {
    at: 'target',
    expected: 'tensorTarget({ eventShape, logDensity }) or plainTarget({ eventShape, logDensity })',
    found: given === null ? 'null' : typeof given,
  });
}

function checkRow(positions: Positions, evaluation: Evaluation, row: number, options: EvaluateTargetOptions): void {
  const value = evaluation.logDensity[row]!;
  const place = (): string => `${options.nameOf(row)} at ${formatPoint(rowOf(positions, row))}`;
  if (Number.isNaN(value) || value === Infinity) {
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'the log-density is not a number below infinity', {
      at: place(),
      expected: 'a finite number, or -Infinity outside the support',
      found: String(value),
    });
  }
  if (value === -Infinity) {
    if (options.allowOutside !== false) return;
    throw new FlowzooError('E_OUT_OF_DOMAIN', 'the target has no density here', {
      at: place(),
      expected: 'a finite log-density',
      found: '-Infinity',
      remedy: 'Start chains inside the support, or take a smaller step',
    });
  }
  if (!options.gradient) return;
  for (let i = row * positions.size; i < (row + 1) * positions.size; i++) {
    if (Number.isFinite(evaluation.gradient![i]!)) continue;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'the gradient of the log-density is not finite', {
      at: place(),
      found: String(evaluation.gradient![i]!),
    });
  }
}

function assertLength(name: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new FlowzooError('E_BATCH', `the target gives the wrong number of values of the ${name}`, {
    at: 'target',
    expected: String(expected),
    found: String(found),
  });
}
