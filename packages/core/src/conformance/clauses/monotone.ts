import * as tf from '@tensorflow/tfjs';
import type { Transformer } from '../../contracts/transformer.ts';
import type { Clause } from '../clause.ts';
import { boundsOf } from '../domain.ts';
import { largest, largestDifference, valuesOf } from '../numbers.ts';
import type { Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';

const POINTS = 2001;
const ROWS = 6;

/** Clause 3 of transformers: each direction undoes the other, and the log-derivatives are opposite at the image. */
export const scalarRoundTripClause: Clause<Transformer> = {
  id: '3',
  title: 'each direction undoes the other',
  check(subject) {
    const { part, given } = subject;
    for (const direction of ['forward', 'inverse'] as const) {
      const { points, parameters } = grid(subject, direction);
      const opposite = direction === 'forward' ? 'inverse' : 'forward';
      const there = part[direction](points, parameters);
      const back = part[opposite](there.value, parameters);
      const [start, end] = [valuesOf(points), valuesOf(back.value)];
      const { difference, index } = largestDifference(start, end);
      const allowed = given.tolerance.roundTrip * Math.max(1, largest(start), largest(valuesOf(there.value)));
      if (difference > allowed) {
        throw violation(`${opposite} after ${direction} does not come back: off by ${show(difference)}`, {
          expected: `${show(start[index]!)} within ${show(allowed)}`,
          found: show(end[index]!),
        });
      }
    }
  },
};

/** Clause 4 of transformers: the log-derivative is the log of the autodiff derivative. */
export const derivativeClause: Clause<Transformer> = {
  id: '4',
  title: 'log-derivative = log|derivative|, and that of the inverse is minus it at the image',
  check(subject) {
    const { part } = subject;
    for (const direction of ['forward', 'inverse'] as const) {
      const { points, parameters } = grid(subject, direction);
      const opposite = direction === 'forward' ? 'inverse' : 'forward';
      const there = part[direction](points, parameters);
      const slopes = valuesOf(tf.grad((input: tf.Tensor) => tf.sum(part[direction](input, parameters).value))(points));
      const found = valuesOf(there.logDerivative);
      const what = `the log-derivative of ${direction}`;
      compare(subject, { found, expected: slopes.map((slope) => Math.log(Math.abs(slope))), what });
      const back = valuesOf(part[opposite](there.value, parameters).logDerivative);
      compare(subject, {
        found: back,
        expected: found.map((value) => -value),
        what: `${what}, seen from ${opposite},`,
      });
    }
  },
};

/**
 * Clause 14: scalar congruency. Strictly monotone on a grid for each set of parameters, and the integral of the
 * derivative over the grid is the length of its image.
 */
export const monotoneClause: Clause<Transformer> = {
  id: '14',
  title: 'strictly monotone, and the integral of its derivative is the length of the image',
  check(subject) {
    for (const direction of ['forward', 'inverse'] as const) {
      const { points, parameters } = refined(subject, direction);
      const { value, logDerivative } = subject.part[direction](points, parameters);
      const [inputs, values, slopes] = [valuesOf(points), valuesOf(value), valuesOf(logDerivative)];
      const columns = inputs.length / POINTS;
      for (let column = 0; column < columns; column++) {
        const at = (array: Float32Array, row: number): number => array[row * columns + column]!;
        let integral = 0;
        const sign = Math.sign(at(values, POINTS - 1) - at(values, 0));
        for (let row = 1; row < POINTS; row++) {
          const rise = at(values, row) - at(values, row - 1);
          if (!(rise * sign > 0) && !isFlat(at(values, row), at(slopes, row), at(inputs, row) - at(inputs, row - 1))) {
            throw violation(`${direction} is not strictly monotone at ${show(at(inputs, row))}`, {
              expected: sign > 0 ? 'an increase' : 'a decrease',
              found: show(rise),
            });
          }
          const width = at(inputs, row) - at(inputs, row - 1);
          integral += (width * (Math.exp(at(slopes, row)) + Math.exp(at(slopes, row - 1)))) / 2;
        }
        const length = Math.abs(at(values, POINTS - 1) - at(values, 0));
        if (Math.abs(integral - length) <= subject.given.tolerance.integral * Math.max(1, length)) continue;
        throw violation(`the derivative of ${direction} does not integrate to the length of the image`, {
          expected: show(length),
          found: show(integral),
        });
      }
    }
  },
};

/** Whether float32 cannot show the step: the rise is smaller than the spacing of numbers there. */
function isFlat(value: number, logSlope: number, width: number): boolean {
  return Math.exp(logSlope) * width < 1e-6 * Math.max(1, Math.abs(value));
}

/**
 * A grid that is even in the argument and, by the other direction, in the value: the integral then sees steep places too.
 * Points beyond the range fall on its ends, as cells of no width.
 */
function refined(
  subject: Subject<Transformer>,
  direction: 'forward' | 'inverse',
): { points: tf.Tensor; parameters: tf.Tensor } {
  const even = grid(subject, direction);
  const opposite = direction === 'forward' ? 'inverse' : 'forward';
  const images = valuesOf(subject.part[opposite](grid(subject, opposite).points, even.parameters).value);
  const line = valuesOf(even.points);
  const [low, high] = [line[0]!, line.at(-1)!];
  const merged = new Float32Array(line.length);
  for (let column = 0; column < ROWS; column++) {
    const own = Array.from({ length: POINTS }, (_, row) => {
      const index = row * ROWS + column;
      return row % 2 === 0 ? line[index]! : Math.max(low, Math.min(high, images[index]!));
    });
    own.toSorted((a, b) => a - b).forEach((value, row) => (merged[row * ROWS + column] = value));
  }
  return { points: tf.tensor(merged, even.points.shape), parameters: even.parameters };
}

/** A grid over the typical range, the same in every column, with parameters that are constant along it. */
function grid(
  { part, given, random }: Subject<Transformer>,
  direction: 'forward' | 'inverse',
): { points: tf.Tensor; parameters: tf.Tensor } {
  const domain = direction === 'forward' ? given.latentDomain : given.domain;
  const bounds = boundsOf(domain);
  const low = Number.isFinite(bounds.low) ? bounds.low + 1e-3 : -6;
  const high = Number.isFinite(bounds.high) ? bounds.high - 1e-3 : 6;
  const line = Float32Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
  const points = tf.tile(tf.tensor(line, [POINTS, 1]), [1, ROWS]);
  const drawn = random.fork('parameters').normals(ROWS * part.parameterCount);
  const scaled = drawn.map((value) => value * given.parameterScale);
  const parameters = tf.tile(tf.tensor(scaled, [1, ROWS, part.parameterCount]), [POINTS, 1, 1]);
  return { points, parameters };
}

function compare(
  { given }: Subject<Transformer>,
  values: { found: Float32Array; expected: Float32Array; what: string },
): void {
  let worst = { excess: 0, index: -1, allowed: 0 };
  values.expected.forEach((expected, index) => {
    const allowed = given.tolerance.logDet + given.tolerance.logDetRelative * Math.abs(expected);
    const excess = Math.abs(values.found[index]! - expected) - allowed;
    if (!(excess <= worst.excess)) worst = { excess, index, allowed };
  });
  // A grid point on a knot has two one-sided derivatives, and rounding picks one: single points do not count.
  const count = values.expected.filter((expected, index) => {
    const allowed = given.tolerance.logDet + given.tolerance.logDetRelative * Math.abs(expected);
    return !(Math.abs(values.found[index]! - expected) <= allowed);
  }).length;
  if (count <= values.expected.length / 500) return;
  throw violation(`${values.what} is wrong at ${count} of ${values.expected.length} points`, {
    expected: `${show(values.expected[worst.index]!)} within ${show(worst.allowed)}`,
    found: show(values.found[worst.index]!),
  });
}
