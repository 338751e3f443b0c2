import { monotoneRoot, stopGradient } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Name of a planar layer's nonlinearity. */
export type ActivationName = 'tanh' | 'leaky-relu' | 'softplus';

/** h and its slope at one pre-activation; h′ = supremum · share, and rest = 1 − share without cancellation. */
export interface Activated {
  readonly value: tf.Tensor;
  readonly share: tf.Tensor;
  readonly rest: tf.Tensor;
}

/** An increasing nonlinearity h with 0 ≤ h′ ≤ supremum. */
export interface Activation {
  readonly name: ActivationName;
  /** sup h′: the constraint of a planar layer is wᵀû > −1 / supremum. */
  readonly supremum: number;
  at(a: tf.Tensor): Activated;
  /** The root t of t + c·h(t) = a where 1 + c·supremum = `edge` > 0, `[batch]`; differentiable in both arguments. */
  solve(a: tf.Tensor, edge: tf.Tensor): tf.Tensor;
}

/**
 * The nonlinearity of a planar layer.
 *
 * @param options.slope Slope of `leaky-relu` for negative arguments, > 0. Default: 0.01.
 */
export function activationFor(name: ActivationName, options: { readonly slope?: number } = {}): Activation {
  if (name === 'leaky-relu') return leakyRelu(options.slope ?? 0.01);
  return name === 'tanh' ? tanh : softplus;
}

const tanh: Activation = {
  name: 'tanh',
  supremum: 1,
  at(a) {
    const value = tf.tanh(a);
    return { value, share: tf.mul(tf.sub(1, value), tf.add(1, value)), rest: tf.square(value) };
  },
  solve(a, edge) {
    // |t − a| = |c·tanh t| ≤ |c|, with room for the rounding of a ± |c|.
    const reach = tf.add(tf.mul(tf.abs(tf.sub(edge, 1)), 1.000001), 1e-6);
    return root(this, a, edge, { lower: tf.sub(a, reach), upper: tf.add(a, reach) });
  },
};

const softplus: Activation = {
  name: 'softplus',
  supremum: 1,
  at: (a) => ({ value: tf.softplus(a), share: tf.sigmoid(a), rest: tf.sigmoid(tf.neg(a)) }),
  solve(a, edge) {
    // softplus t = t + softplus(−t) ≥ 0. For c ≥ 0: a − c·softplus(a) ≤ t ≤ a. For −1 < c < 0: a ≤ t, and from t > 0
    // follows a ≥ (1 + c)·t + c·log 2.
    const c = tf.sub(edge, 1);
    const lower = tf.sub(a, tf.mul(tf.relu(c), tf.softplus(a)));
    const above = tf.div(tf.add(a, tf.mul(tf.relu(tf.neg(c)), Math.LN2)), edge);
    const upper = tf.maximum(a, tf.mul(tf.relu(above), tf.step(tf.neg(c))));
    const room = tf.add(tf.mul(tf.add(tf.abs(lower), tf.abs(upper)), 1e-6), 1e-6);
    return root(this, a, edge, { lower: tf.sub(lower, room), upper: tf.add(upper, room) });
  },
};

function leakyRelu(slope: number): Activation {
  const supremum = Math.max(1, slope);
  const at = (a: tf.Tensor): Activated => {
    const positive = isPositive(a);
    const share = tf.div(tf.add(slope, tf.mul(positive, 1 - slope)), supremum);
    return { value: tf.mul(a, tf.mul(share, supremum)), share, rest: tf.sub(1, share) };
  };
  return {
    name: 'leaky-relu',
    supremum,
    at,
    // t has the sign of a, because the slope is positive on both sides.
    solve: (a, edge) => tf.div(a, slopeOf(at(a), edge)),
  };
}

/** 1 + c·h′(a) = rest + share·edge, positive whatever rounding does. */
export function slopeOf({ share, rest }: Activated, edge: tf.Tensor): tf.Tensor {
  return tf.add(rest, tf.mul(share, edge));
}

function root(
  activation: Activation,
  target: tf.Tensor,
  edge: tf.Tensor,
  bracket: { readonly lower: tf.Tensor; readonly upper: tf.Tensor },
): tf.Tensor {
  const c = tf.sub(edge, 1);
  return monotoneRoot({
    f: (t) => tf.add(t, tf.mul(c, activation.at(t).value)),
    derivative: (t) => slopeOf(activation.at(t), edge),
    target,
    lower: stopGradient(bracket.lower),
    upper: stopGradient(bracket.upper),
  });
}

/** 1 where a > 0, else 0: no gradient flows through a comparison. */
function isPositive(a: tf.Tensor): tf.Tensor {
  const mask = tf.customGrad((value) => ({
    value: tf.cast(tf.greater(value as tf.Tensor, 0), 'float32'),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return mask(a);
}
