import * as tf from '@tensorflow/tfjs';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import { squashTensor } from '../squash.ts';
import type { SplineForm } from './spline-form.ts';

/**
 * The spline composed of tensor operations, for backends whose memory cannot be read at once (webgl, webgpu).
 *
 * @param input `[...shape]`.
 * @param parameters `[...shape, P]`.
 */
export function splineOfTensors(
  form: SplineForm,
  input: tf.Tensor,
  parameters: tf.Tensor,
  options: { readonly solve: boolean },
): ScalarMapped {
  const { low, high, fractions, bins } = form;
  const widths = knotsOf(form, lastAxis(parameters, 0, fractions));
  const heights = knotsOf(form, lastAxis(parameters, fractions, fractions));
  const slopes = slopesOf(form, parameters);
  // Bins are searched and divided by with values inside the interval only: 0 · NaN is NaN in a masked gradient.
  const v = tf.clipByValue(input, low, high);
  const chosen = binIndicator(v, lastAxis(options.solve ? heights : widths, 1, bins - 1));
  const pick = (knots: tf.Tensor, first: 0 | 1): tf.Tensor => tf.sum(tf.mul(lastAxis(knots, first, bins), chosen), -1);
  const [x, y] = [pick(widths, 0), pick(heights, 0)];
  const [w, h] = [tf.sub(pick(widths, 1), x), tf.sub(pick(heights, 1), y)];
  const [lower, upper] = [pick(slopes, 0), pick(slopes, 1)];
  const s = tf.div(h, w);
  const bend = tf.sub(tf.add(lower, upper), tf.mul(s, 2));
  const xi = options.solve ? solved(tf.sub(v, y), { h, s, lower, bend }) : tf.div(tf.sub(v, x), w);
  const rest = tf.sub(1, xi);
  const u = tf.mul(xi, rest);
  const denominator = tf.add(s, tf.mul(bend, u));
  const q = tf.add(tf.add(tf.mul(upper, tf.square(xi)), tf.mul(tf.mul(s, u), 2)), tf.mul(lower, tf.square(rest)));
  const logs = tf.sub(tf.add(tf.mul(tf.log(s), 2), tf.log(q)), tf.mul(tf.log(denominator), 2));
  const value = options.solve
    ? tf.add(x, tf.mul(xi, w))
    : tf.add(y, tf.div(tf.mul(h, tf.add(tf.mul(s, tf.square(xi)), tf.mul(lower, u))), denominator));
  const inner = { value, logDerivative: options.solve ? tf.neg(logs) : logs };
  return withTails(form, input, inner, { slopes, solve: options.solve });
}

/** The K + 1 knots of one axis; the outer ones exact. */
function knotsOf(form: SplineForm, raw: tf.Tensor): tf.Tensor {
  const { low, high, bins, fractions, binFloor, binGain, binSquash, splitFirst } = form;
  const squashed = squashTensor(binGain === 1 ? raw : tf.mul(raw, binGain), binSquash);
  let lengths = tf.add(tf.mul(tf.softmax(squashed), 1 - binFloor * fractions), binFloor);
  if (splitFirst) {
    const half = tf.mul(lastAxis(lengths, 0, 1), 0.5);
    lengths = tf.concat([half, lastAxis(lengths, 1, fractions - 1), half], -1);
  }
  const edge = [...raw.shape.slice(0, -1), 1];
  const inner = lastAxis(tf.cumsum(lengths, raw.rank - 1), 0, bins - 1);
  const knots = tf.add(tf.mul(inner, high - low), low);
  return tf.concat([tf.fill(edge, low), knots, tf.fill(edge, high)], -1);
}

/** The K + 1 slopes. */
function slopesOf(form: SplineForm, parameters: tf.Tensor): tf.Tensor {
  const { fractions, parameterCount, slopeGain, slopeSquash, slopeOffset, slopeMap, slopeFloor, beta } = form;
  const count = parameterCount - 2 * fractions;
  const one = tf.ones([...parameters.shape.slice(0, -1), 1]);
  const parts: tf.Tensor[] = [];
  const raw = lastAxis(parameters, 2 * fractions, count);
  const r = tf.add(squashTensor(tf.mul(raw, slopeGain), slopeSquash), slopeOffset);
  const mapped = slopeMap === 'exp' ? tf.exp(r) : tf.div(tf.softplus(tf.mul(r, beta)), beta);
  const free = tf.add(mapped, slopeFloor);
  if (form.slopeOf[0]! < 0) parts.push(one);
  parts.push(free);
  const last = form.slopeOf.at(-1)!;
  if (last < 0) parts.push(one);
  else if (last === form.slopeOf[0]) parts.push(lastAxis(free, 0, 1));
  return tf.concat(
    parts.filter((part) => part.size > 0),
    -1,
  );
}

/** One-hot over the bins, `[..., K]`, from the inner knots; a constant, as far as gradients go. */
function binIndicator(v: tf.Tensor, innerKnots: tf.Tensor): tf.Tensor {
  const indicate = tf.customGrad((value, knots) => {
    const [values, steps] = [value as tf.Tensor, knots as tf.Tensor];
    const [valueShape, knotShape] = [values.shape, steps.shape];
    const edge = [...values.shape, 1];
    const passed = steps.size === 0 ? [] : [tf.cast(tf.greaterEqual(tf.expandDims(values, -1), steps), 'float32')];
    const from = tf.concat([tf.ones(edge), ...passed], -1);
    const to = tf.concat([...passed, tf.zeros(edge)], -1);
    return { value: tf.sub(from, to), gradFunc: () => [tf.zeros(valueShape), tf.zeros(knotShape)] };
  });
  return indicate(v, innerKnots);
}

/** ξ by the root that never cancels; the discriminant is kept off 0, where the gradient of √ is infinite. */
function solved(
  y: tf.Tensor,
  at: { readonly h: tf.Tensor; readonly s: tf.Tensor; readonly lower: tf.Tensor; readonly bend: tf.Tensor },
): tf.Tensor {
  const { h, s, lower, bend } = at;
  const bent = tf.mul(y, bend);
  const a = tf.add(tf.mul(h, tf.sub(s, lower)), bent);
  const b = tf.sub(tf.mul(h, lower), bent);
  const c = tf.neg(tf.mul(s, y));
  const discriminant = tf.maximum(tf.sub(tf.square(b), tf.mul(tf.mul(a, c), 4)), 1e-20);
  return tf.div(tf.mul(c, 2), tf.neg(tf.add(b, tf.sqrt(discriminant))));
}

function withTails(
  form: SplineForm,
  input: tf.Tensor,
  inner: ScalarMapped,
  outer: { readonly slopes: tf.Tensor; readonly solve: boolean },
): ScalarMapped {
  const { low, high, tails, bins } = form;
  const above = exceeds(input, high);
  const below = exceeds(tf.neg(input), -low);
  const inside = tf.sub(tf.sub(1, above), below);
  const outside = tf.add(above, below);
  if (tails === 'error') {
    // An error cannot be thrown where values cannot be read: there the answer is NaN.
    const kept = tf.sqrt(tf.sub(inside, outside));
    return { value: tf.mul(kept, inner.value), logDerivative: tf.mul(kept, inner.logDerivative) };
  }
  if (tails === 'identity') {
    return {
      value: tf.add(tf.mul(inside, inner.value), tf.mul(outside, input)),
      logDerivative: tf.mul(inside, inner.logDerivative),
    };
  }
  const shape = input.shape;
  const first = tf.reshape(lastAxis(outer.slopes, 0, 1), shape);
  const last = tf.reshape(lastAxis(outer.slopes, bins, 1), shape);
  const slope = tf.add(tf.add(inside, tf.mul(below, first)), tf.mul(above, last));
  const edge = tf.add(tf.mul(above, high), tf.mul(below, low));
  const distance = tf.mul(outside, tf.sub(input, edge));
  const moved = tf.add(edge, outer.solve ? tf.div(distance, slope) : tf.mul(distance, slope));
  const logs = tf.log(slope);
  return {
    value: tf.add(tf.mul(inside, inner.value), tf.mul(outside, moved)),
    logDerivative: tf.add(tf.mul(inside, inner.logDerivative), outer.solve ? tf.neg(logs) : logs),
  };
}

/** 1 where v > limit, else 0; a constant, as far as gradients go. */
function exceeds(v: tf.Tensor, limit: number): tf.Tensor {
  const compare = tf.customGrad((value) => ({
    value: tf.cast(tf.greater(value as tf.Tensor, limit), 'float32'),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return compare(v);
}

function lastAxis(x: tf.Tensor, start: number, count: number): tf.Tensor {
  const shape = x.shape.slice(0, -1);
  return tf.slice(x, [...shape.map(() => 0), start], [...shape, count]);
}
