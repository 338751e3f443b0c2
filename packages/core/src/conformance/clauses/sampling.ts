import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../../contracts/distribution.ts';
import { sizeOf } from '../../contracts/shape.ts';
import type { Clause } from '../clause.ts';
import { boundsOf, levelsOf } from '../domain.ts';
import { firstNotFinite, largest, largestDifference, valuesOf } from '../numbers.ts';
import { adaptiveKnots, trapezoidWeights } from '../quadrature.ts';
import { contextRows } from '../suites/bijector-inputs.ts';
import type { Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';
import { connected } from './gradients.ts';

const SAMPLES = 4096;

/** Clause 12 of distributions, of one element: the density integrates to 1, the probabilities of discrete data sum to 1. */
export const normalizationClause: Clause<Distribution> = {
  id: '12',
  title: 'the density of one element integrates (sums) to 1',
  applies: ({ part }) => sizeOf(part.eventShape) === 1 && !part.lowerBound,
  async checkUnscoped(subject) {
    const { total } = await cumulative(subject);
    const allowed = subject.given.tolerance.integral;
    if (Math.abs(total - 1) <= allowed) return;
    throw violation('the density does not integrate to 1', {
      expected: `1 within ${show(allowed)}`,
      found: show(total),
    });
  },
};

/** Clause 15: samples of one element follow the density: the largest gap of the two cumulative functions (Kolmogorov–Smirnov). */
export const samplesFollowClause: Clause<Distribution> = {
  id: '15',
  title: 'samples follow the density',
  applies: ({ part }) => sizeOf(part.eventShape) === 1 && !part.lowerBound,
  async checkUnscoped(subject) {
    const { knots, below, sorted } = await cumulative(subject);
    let gap = 0;
    knots.forEach((knot, i) => {
      gap = Math.max(gap, Math.abs(countUpTo(sorted, knot) / sorted.length - below[i]!));
    });
    // 2.3 / √n is exceeded by one correct sampler in 20 000; the rest is the error of the integral.
    const allowed = 2.3 / Math.sqrt(SAMPLES) + subject.given.tolerance.integral / 2;
    if (gap <= allowed) return;
    throw violation('samples do not follow the density', {
      expected: `a Kolmogorov–Smirnov distance of at most ${show(allowed)}`,
      found: show(gap),
    });
  },
};

/** Clause 16: seeds repeat draws bit for bit, other seeds give others, and temperatures from 0 to 1 give finite samples. */
export const seedClause: Clause<Distribution> = {
  id: '16',
  title: 'a seed repeats a draw, temperature 1 is the default, and temperature 0 is finite',
  async checkUnscoped(subject) {
    const draw = (options: { seed?: number; temperature?: number }): Promise<Float32Array> =>
      sampleValues(subject, 8, options);
    const first = await draw({ seed: 5 });
    if (largestDifference(first, await draw({ seed: 5 })).difference > 0)
      throw violation('the same seed gives another draw');
    if (largestDifference(first, await draw({ seed: 6 })).difference === 0)
      throw violation('another seed gives the same draw');
    const one = await draw({ seed: 5, temperature: 1 });
    if (largestDifference(first, one).difference > 0) throw violation('temperature 1 is not the default');
    for (const temperature of [0, 0.5]) {
      const bad = firstNotFinite(await draw({ seed: 5, temperature }));
      if (bad >= 0) throw violation(`a draw at temperature ${temperature} is not finite`);
    }
  },
};

/** Clause 17: `rsample` scores what it draws, and its draw has finite gradients in every variable. */
export const reparameterizedClause: Clause<Distribution> = {
  id: '17',
  title: 'rsample scores its own draw, and its gradients are finite',
  applies: ({ part }) => part.rsample !== undefined && !part.lowerBound,
  check(subject) {
    const { part, random } = subject;
    const context = contextRows(subject, 8, random.fork('context'));
    const draw = (): { value: tf.Tensor; logProb: tf.Tensor } => part.rsample!(8, { seed: 3, context });
    const { value, logProb } = draw();
    const [found, expected] = [valuesOf(logProb), valuesOf(part.logProb(value, context))];
    const { difference, index } = largestDifference(found, expected);
    const allowed = subject.given.tolerance.logDet + 1e-3 * Math.max(1, largest(expected));
    if (!(difference <= allowed)) {
      throw violation('the log-density of rsample is not that of its own draw', {
        expected: `${show(expected[index]!)} within ${show(allowed)}`,
        found: show(found[index]!),
      });
    }
    const variables = [...part.variables].filter(([, { size }]) => size > 0);
    if (variables.length === 0) return;
    const list = variables.map(([, variable]) => variable);
    const { grads } = tf.variableGrads(() => {
      const drawn = draw();
      return connected(tf.add(tf.sum(drawn.value), tf.sum(drawn.logProb)), list) as tf.Scalar;
    }, list);
    for (const [name, variable] of variables) {
      const values = valuesOf(grads[variable.name]!);
      if (firstNotFinite(values) >= 0) throw violation(`the gradient of rsample in "${name}" is not finite`);
    }
  },
};

async function sampleValues(
  { part, random }: Subject<Distribution>,
  count: number,
  options: { seed?: number; temperature?: number },
): Promise<Float32Array> {
  const row = random.fork('context of samples').normals(part.contextSize);
  const context =
    part.contextSize === 0 ? undefined : tf.tidy(() => tf.tile(tf.tensor(row, [1, row.length]), [count, 1]));
  const drawn = await part.sample(count, { ...options, context });
  const expected = [count, ...part.eventShape].join();
  try {
    if (drawn.shape.join() !== expected) {
      throw violation('samples have the wrong shape', { expected: `[${expected}]`, found: `[${drawn.shape.join()}]` });
    }
    return valuesOf(drawn);
  } finally {
    drawn.dispose();
    context?.dispose();
  }
}

/** Samples, knots around them, and the integral of the density up to each knot. */
async function cumulative(
  subject: Subject<Distribution>,
): Promise<{ knots: number[]; below: number[]; total: number; sorted: number[] }> {
  const { part, given, random } = subject;
  const sorted = Array.from(await sampleValues(subject, SAMPLES, { seed: 11 })).toSorted((a, b) => a - b);
  const levels = levelsOf(given.domain);
  const bounds = boundsOf(given.domain);
  const spread = sorted.at(-1)! - sorted[0]!;
  const knots =
    levels !== null
      ? Array.from({ length: levels }, (_, i) => i)
      : adaptiveKnots(sorted, {
          low: Math.max(bounds.low, sorted[0]! - spread),
          high: Math.min(bounds.high, sorted.at(-1)! + spread),
          count: 4000,
        });
  const weights = levels !== null ? knots.map(() => 1) : trapezoidWeights(knots);
  const densities = tf.tidy(() => {
    const x = tf.tensor(Float32Array.from(knots), [knots.length, ...part.eventShape]);
    const row = random.fork('context of samples').normals(part.contextSize);
    const context = part.contextSize === 0 ? undefined : tf.tile(tf.tensor(row, [1, row.length]), [knots.length, 1]);
    return valuesOf(part.logProb(x, context)).map(Math.exp);
  });
  let total = 0;
  const below = knots.map((_, i) => {
    const mass = densities[i]! * weights[i]!;
    // Half of a trapezoid's cell lies on either side of its knot; a discrete probability counts whole.
    const here = total + (levels !== null ? mass : mass / 2);
    total += mass;
    return here;
  });
  return { knots, below, total, sorted };
}

function countUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
