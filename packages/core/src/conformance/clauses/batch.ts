import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { largest, largestDifference, valuesOf } from '../numbers.ts';
import type { Probe } from '../probe.ts';
import { show, violation } from '../violation.ts';

const ROWS = 4;

/**
 * Clause 9: an example's result does not depend on the others of its batch, nor on how often one asks. Checked in
 * evaluation mode; a layer that couples examples while training declares `batchCoupled`.
 */
export function batchIndependenceClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '9',
    title: 'examples are independent of their batch, and the same call gives the same result',
    check(subject) {
      for (const probe of probes(subject)) {
        const inputs = probe.draw(ROWS, subject.random.fork('batch'));
        const whole = probe.run(subject.part, inputs).map(valuesOf);
        const run = (others: readonly tf.Tensor[]): Float32Array[] => probe.run(subject.part, others).map(valuesOf);
        compare(probe, {
          whole,
          again: run(inputs),
          row: null,
          what: 'in a second call of the same batch',
          exact: true,
        });
        const strangers = probe.draw(ROWS, subject.random.fork('strangers'));
        const mixed = inputs.map((input, k) => tf.concat([rowsOf(input, 0, 1), rowsOf(strangers[k]!, 1, ROWS - 1)]));
        compare(probe, { whole, again: run(mixed), row: 0, what: 'when the other examples change', exact: false });
        if (probe.noisy) continue;
        for (let row = 0; row < ROWS; row++) {
          const single = run(inputs.map((input) => rowsOf(input, row, 1)));
          compare(probe, { whole, again: single, row, what: 'alone and in a batch', exact: false, single: true });
        }
      }
    },
  };
}

function rowsOf(tensor: tf.Tensor, first: number, count: number): tf.Tensor {
  return tf.slice(tensor, [first, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]);
}

function compare<P extends Part>(
  probe: Probe<P>,
  check: {
    whole: readonly Float32Array[];
    again: readonly Float32Array[];
    /** The row to compare; null for all. */
    row: number | null;
    what: string;
    exact: boolean;
    single?: boolean;
  },
): void {
  check.whole.forEach((values, index) => {
    const size = values.length / ROWS;
    const from = check.row === null ? 0 : check.row * size;
    const length = check.row === null ? values.length : size;
    const expected = values.subarray(from, from + length);
    const again = check.again[index]!;
    const found = check.single === true ? again : again.subarray(from, from + length);
    const { difference, index: at } = largestDifference(expected, found);
    // The order of summation may differ with the size of the batch; a solver stops for all rows at once.
    const scale = Math.max(1, largest(expected));
    const allowed = check.exact ? 0 : (probe.iterative ? 1e-4 : 1e-5) * (Number.isFinite(scale) ? scale : 1);
    if (difference <= allowed) return;
    throw violation(`the ${probe.outputs[index]?.name ?? 'result'} of ${probe.name} differs ${check.what}`, {
      expected: `${show(expected[at] ?? NaN)} within ${show(allowed)}`,
      found: show(found[at] ?? NaN),
      remedy: check.exact
        ? 'Draw noise from mode.random.fork(name), which does not advance, and keep no state between calls'
        : 'Sum over every axis but the first; statistics of the batch belong to training mode',
    });
  });
}
