import type * as tf from '@tensorflow/tfjs';
import type { Bijector, Mapped } from '../../contracts/bijector.ts';
import { sizeOf } from '../../contracts/shape.ts';
import { logAbsDeterminant, type Matrix } from '../../linear-algebra/index.ts';
import type { Clause } from '../clause.ts';
import { jacobians, jacobiansByDifferences } from '../derivatives.ts';

import { firstNotFinite, valuesOf } from '../numbers.ts';
import type { Subject } from '../subject.ts';
import { contextRows, dataRows, latentRows } from '../suites/bijector-inputs.ts';
import { show, violation } from '../violation.ts';
import { checkRoundTrips } from './round-trip.ts';

/**
 * Clause 4: the log-det of each direction is log|det| of the autodiff Jacobian, its determinant taken in float64, and the
 * log-det of the way back is minus that of the way there.
 */
export const logDetClause: Clause<Bijector> = {
  id: '4',
  title: 'log-det = log|det| of the Jacobian, and that of the inverse is minus it at the image',
  applies: ({ part }) => !part.traits.lowerBound,
  check: checkLogDets,
};

/** Clause 5: clauses 3 and 4 hold with the initial parameters too; all other clauses draw them at order 1. */
export const initialParametersClause: Clause<Bijector> = {
  id: '5',
  title: 'round trips and log-dets also hold with the initial parameters',
  parameters: 'initial',
  check(subject) {
    checkRoundTrips(subject);
    if (!subject.part.traits.lowerBound) checkLogDets(subject);
  },
};

function checkLogDets(subject: Subject<Bijector>): void {
  const { part, random } = subject;
  const size = sizeOf(part.dataShape);
  if (sizeOf(part.latentShape) !== size) {
    throw violation('data and latents have different numbers of elements', {
      expected: String(size),
      found: String(sizeOf(part.latentShape)),
    });
  }
  const rows = size <= 5 ? 8 : 2;
  const context = contextRows(subject, rows, random.fork('context'));
  for (const direction of ['forward', 'inverse'] as const) {
    const draw = direction === 'forward' ? latentRows : dataRows;
    const input = draw(subject, rows, random.fork(`log-det ${direction}`));
    const run = (tensor: tf.Tensor, own: tf.Tensor | undefined): Mapped => part[direction](tensor, own);
    const there = run(input, context);
    const logDet = valuesOf(there.logDet);
    const jacobian = jacobianOf(part, direction, context === undefined ? [input] : [input, context]);
    compare(subject, direction, {
      found: logDet,
      expected: jacobian.map(logDeterminantOf),
      what: `the log-det of ${direction}`,
      reference: 'log|det| of the Jacobian',
    });
    const opposite = direction === 'forward' ? 'inverse' : 'forward';
    compare(subject, opposite, {
      found: valuesOf(part[opposite](there.value, context).logDet),
      expected: Array.from(logDet, (value) => -value),
      what: `the log-det of ${opposite} at the image of ${direction}`,
      reference: `minus that of ${direction}`,
    });
  }
}

/** By autodiff; by differences only where a numerical solution cuts the tape. */
function jacobianOf(part: Bijector, direction: 'forward' | 'inverse', inputs: readonly tf.Tensor[]): Matrix[] {
  const map = (input: tf.Tensor, rest: readonly tf.Tensor[]): tf.Tensor => part[direction](input, rest[0]).value;
  try {
    return jacobians(map, inputs);
  } catch (error) {
    if (part.traits.method[direction] === 'iterative') return jacobiansByDifferences(map, inputs);
    throw error;
  }
}

function compare(
  { part, given }: Subject<Bijector>,
  direction: 'forward' | 'inverse',
  values: { found: ArrayLike<number>; expected: readonly number[]; what: string; reference: string },
): void {
  const slack = part.traits.method[direction] === 'iterative' ? 10 : 1;
  values.expected.forEach((expected, row) => {
    // A scalar log-det is clause 1's; here it counts for every row.
    const found = values.found[values.found.length === 1 ? 0 : row] ?? NaN;
    const allowed = slack * (given.tolerance.logDet + given.tolerance.logDetRelative * Math.abs(expected));
    if (Math.abs(found - expected) <= allowed) return;
    const flipped = Math.abs(found + expected) <= allowed;
    throw violation(`${values.what} is not ${values.reference} (row ${row})`, {
      expected: `${show(expected)} within ${show(allowed)} nats`,
      found: show(found),
      remedy: flipped ? 'The sign is the other one: log-dets belong to the direction that was called' : undefined,
    });
  });
}

/** NaN for a Jacobian with numbers that are not finite: the comparison then fails and shows it. */
function logDeterminantOf(jacobian: Matrix): number {
  return firstNotFinite(jacobian.data) < 0 ? logAbsDeterminant(jacobian).logAbs : NaN;
}
