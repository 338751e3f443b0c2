import * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import { sizeOf } from '../../contracts/shape.ts';
import type { Random } from '../../random/random.ts';
import type { Clause } from '../clause.ts';
import { boundsOf, levelsOf, type Domain } from '../domain.ts';
import { valuesOf } from '../numbers.ts';
import { adaptiveKnots, quantile, trapezoidWeights } from '../quadrature.ts';
import type { Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';

const SAMPLES = 8192;
const CHUNK = 4096;

/**
 * Clause 12: the density of the flow "base, then this layer" integrates to the mass it must have. The box of integration
 * holds the middle 98 % of each coordinate of samples (forward); the integral is that of exp(log p(f⁻¹(x)) + log-det)
 * (inverse), and must equal the share of samples inside. The base is normal, half-normal or uniform by `latentDomain`.
 */
export const densityClause: Clause<Bijector> = {
  id: '12',
  title: 'the density of the tiny flow of this layer integrates to 1',
  applies: ({ part, given }) =>
    sizeOf(part.dataShape) <= 2 && !part.traits.lowerBound && levelsOf(given.latentDomain) === null,
  check(subject) {
    const { part, given, random } = subject;
    const size = sizeOf(part.dataShape);
    const base = baseOn(given.latentDomain);
    const context = part.contextSize === 0 ? null : random.fork('context').normals(part.contextSize);
    const samples = forwardSamples(subject, base.draw(SAMPLES * size, random.fork('samples')), context);
    const columns = Array.from({ length: size }, (_, axis) =>
      Array.from(samples.filter((_value, i) => i % size === axis)).toSorted((a, b) => a - b),
    );
    const boxes = columns.map((sorted) => ({ low: quantile(sorted, 0.01), high: quantile(sorted, 0.99) }));
    const knots = columns.map((sorted, axis) =>
      adaptiveKnots(sorted, { ...boxes[axis]!, count: size === 1 ? 2000 : 140 }),
    );
    const found = integrate(subject, { knots, context, logDensity: base.logDensity });
    const expected = shareInside(samples, boxes);
    const allowed = given.tolerance.integral * size;
    if (Math.abs(found - expected) <= allowed) return;
    throw violation('the density does not integrate to the share of samples', {
      expected: `${show(expected)} within ${show(allowed)}`,
      found: show(found),
      remedy:
        'The log-det of the inverse, or one of the directions, is wrong; or the layer does not reach all of "domain"',
    });
  },
};

interface Base {
  draw(count: number, random: Random): Float32Array;
  logDensity(z: number): number;
}

function baseOn(domain: Domain): Base {
  const normal = (z: number): number => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
  if (domain === 'real') return { draw: (count, random) => random.normals(count), logDensity: normal };
  if (domain === 'positive') {
    return {
      draw: (count, random) => random.normals(count).map(Math.abs),
      logDensity: (z) => (z < 0 ? -Infinity : normal(z) + Math.LN2),
    };
  }
  const { low, high } = boundsOf(domain);
  return {
    draw: (count, random) => random.uniforms(count).map((u) => low + (high - low) * u),
    logDensity: (z) => (z < low || z > high ? -Infinity : -Math.log(high - low)),
  };
}

function forwardSamples(
  { part }: Subject<Bijector>,
  latents: Float32Array,
  context: Float32Array | null,
): Float32Array {
  const rows = latents.length / sizeOf(part.latentShape);
  return tf.tidy(() =>
    valuesOf(part.forward(tf.tensor(latents, [rows, ...part.latentShape]), repeated(context, rows)).value),
  );
}

function integrate(
  { part }: Subject<Bijector>,
  grid: { knots: readonly number[][]; context: Float32Array | null; logDensity: (z: number) => number },
): number {
  const [first, second = [0]] = grid.knots as [number[], number[]?];
  const weights = [trapezoidWeights(first), grid.knots.length === 1 ? [1] : trapezoidWeights(second)] as const;
  const points = first.flatMap((a) => second.map((b) => (grid.knots.length === 1 ? [a] : [a, b])));
  const cell = first.flatMap((_, i) => second.map((_unused, j) => weights[0][i]! * weights[1][j]!));
  const size = grid.knots.length;
  let integral = 0;
  for (let start = 0; start < points.length; start += CHUNK) {
    const chunk = points.slice(start, start + CHUNK);
    tf.tidy(() => {
      const x = tf.tensor(Float32Array.from(chunk.flat()), [chunk.length, ...part.dataShape]);
      const { value, logDet } = part.inverse(x, repeated(grid.context, chunk.length));
      const [z, jacobian] = [valuesOf(value), valuesOf(logDet)];
      for (let row = 0; row < chunk.length; row++) {
        let logDensity = jacobian[jacobian.length === 1 ? 0 : row]!;
        for (let i = 0; i < size; i++) logDensity += grid.logDensity(z[row * size + i]!);
        integral += Math.exp(logDensity) * cell[start + row]!;
      }
    });
  }
  return integral;
}

function repeated(context: Float32Array | null, rows: number): tf.Tensor | undefined {
  return context === null ? undefined : tf.tile(tf.tensor(context, [1, context.length]), [rows, 1]);
}

function shareInside(samples: Float32Array, boxes: readonly { low: number; high: number }[]): number {
  const rows = samples.length / boxes.length;
  let inside = 0;
  for (let row = 0; row < rows; row++) {
    const within = boxes.every(({ low, high }, i) => {
      const value = samples[row * boxes.length + i]!;
      return value >= low && value <= high;
    });
    if (within) inside++;
  }
  return inside / rows;
}
