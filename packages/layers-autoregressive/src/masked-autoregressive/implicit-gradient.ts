import { sumEvent, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { parametersAt, type AutoregressiveMap, type AutoregressiveNetwork } from './autoregressive-map.ts';
import type { SequentialInverse } from './sequential-inverse.ts';

/**
 * The sequential direction with gradients by the implicit function theorem, without its passes on the tape.
 *
 * Let y = F(x; w) be the one-pass direction with log-det ℓ(x; w), and x = F⁻¹(y) what `solve` finds, with log-det −ℓ(x).
 * For a loss with gradients a in x and b in the log-det, the gradient in x alone is g = a − b ∂ℓ/∂x, and
 *
 * - Jᵀ v = g with J = ∂F/∂x gives v, the gradient in y;
 * - −vᵀ ∂F/∂w − b ∂ℓ/∂w is the gradient in every variable, and in the context.
 *
 * J is triangular in the order, J = diag(∂T/∂x) + (∂T/∂θ)(∂θ/∂x). The derivatives of the transformer T are taken once;
 * then v ← (g − (∂θ/∂x)ᵀ (∂T/∂θ)ᵀ v) / (∂T/∂x) is exact for one more level of the graph, from the last to the first,
 * in each step: depth − 1 vector-Jacobian products of the conditioner, in constant memory. Entries whose turn has not come
 * are held at zero.
 *
 * @param input `[batch, D]`.
 * @returns value `[batch, D]` and log-det `[batch]`; the caller disposes both.
 */
export function solveImplicitly<Network extends AutoregressiveNetwork>(
  map: AutoregressiveMap<Network>,
  input: tf.Tensor2D,
  options: { readonly context: tf.Tensor | undefined; readonly solve: SequentialInverse<Network> },
): Mapped {
  const { context, solve } = options;
  const [batch, size] = input.shape;
  const variables = [...map.conditioner.variables.values(), ...map.transformer.variables.values()];
  const conditions = context === undefined ? [] : [context];
  // Custom gradients have one output: the log-det rides along as the last column.
  const operation = tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const [y, own] = given as [tf.Tensor2D, tf.Tensor | undefined];
    const seen = context === undefined ? undefined : own;
    const { value, logDerivative } = solve(map, y, seen);
    save(seen === undefined ? [value] : [value, seen]);
    return {
      value: tf.concat([value, tf.reshape(sumEvent(logDerivative), [batch, 1])], 1),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, condition] = saved as [tf.Tensor2D, tf.Tensor | undefined];
        return gradients(map, { x, context: condition, upstream: dy as tf.Tensor2D, variables });
      },
    };
  });
  const packed = operation(input, ...conditions, ...variables);
  return {
    value: tf.slice(packed, [0, 0], [batch, size]),
    logDet: tf.reshape(tf.slice(packed, [0, size], [batch, 1]), [batch]),
  };
}

interface Point {
  /** The solution, `[batch, D]`. */
  readonly x: tf.Tensor2D;
  readonly context: tf.Tensor | undefined;
  /** Gradients in the value and in the log-det, `[batch, D + 1]`. */
  readonly upstream: tf.Tensor2D;
  readonly variables: readonly tf.Variable[];
}

/** Gradients in the input, the context if there is one, and the variables. */
function gradients(
  map: AutoregressiveMap<AutoregressiveNetwork>,
  { x, context, upstream, variables }: Point,
): tf.Tensor[] {
  const { transformer, onePass } = map;
  const [batch, size] = x.shape;
  const a: tf.Tensor2D = tf.slice(upstream, [0, 0], [batch, size]);
  const b: tf.Tensor2D = tf.slice(upstream, [0, size], [batch, 1]);
  const onePassAt = (u: tf.Tensor2D): { value: tf.Tensor; logDerivative: tf.Tensor } =>
    transformer[onePass](u, parametersAt(map, u, context));

  let g: tf.Tensor = a;
  if (!transformer.constantLogDet) {
    const [pull] = gradientsOf(() => tf.sum(tf.mul(b, onePassAt(x).logDerivative)), [x]);
    g = tf.sub(a, pull!);
  }
  const v = solveTransposed(map, { x, context, g: g as tf.Tensor2D });
  const held = [...(context === undefined ? [] : [context]), ...variables];
  const rest = gradientsOf(() => {
    const { value, logDerivative } = onePassAt(x);
    return tf.neg(tf.add(tf.sum(tf.mul(v, value)), tf.sum(tf.mul(b, logDerivative))));
  }, held);
  return [v, ...rest];
}

/** v with Jᵀ v = g, J the Jacobian of the one-pass direction at x. */
function solveTransposed(
  map: AutoregressiveMap<AutoregressiveNetwork>,
  at: { readonly x: tf.Tensor2D; readonly context: tf.Tensor | undefined; readonly g: tf.Tensor2D },
): tf.Tensor2D {
  const { conditioner, transformer, onePass } = map;
  const { x, context, g } = at;
  const { heights, depth } = conditioner.dependence;
  const parameters = parametersAt(map, x, context);
  const [diagonal, slopes] = gradientsOf(() => tf.sum(transformer[onePass](x, parameters).value), [x, parameters]) as [
    tf.Tensor2D,
    tf.Tensor3D,
  ];
  const height = tf.add(tf.zerosLike(x), tf.tensor1d(Float32Array.from(heights)));
  const zeros = tf.zerosLike(x);
  const kept = (values: tf.Tensor, step: number): tf.Tensor2D =>
    tf.where(tf.lessEqual(height, step), values, zeros) as tf.Tensor2D;
  let v = tf.tidy(() => kept(tf.div(g, diagonal), 0));
  for (let step = 1; step < depth; step++) {
    const previous = v;
    v = tf.tidy(() => {
      const weights = tf.mul(slopes, tf.expandDims(previous, 2));
      const [pulled] = gradientsOf(() => tf.sum(tf.mul(parametersAt(map, x, context), weights)), [x]);
      return kept(tf.div(tf.sub(g, pulled!), diagonal), step);
    });
    previous.dispose();
  }
  return v;
}

/** Gradients of a scalar in tensors that the function closes over; zero in those that do not matter to it. */
function gradientsOf(compute: () => tf.Tensor, tensors: readonly tf.Tensor[]): tf.Tensor[] {
  if (tensors.length === 0) return [];
  const connected = (): tf.Tensor => tensors.reduce((sum, tensor) => tf.add(sum, tf.mul(tf.sum(tensor), 0)), compute());
  // A gradient that is taken inside a backward pass drops the tape whose saved tensors that pass has yet to dispose.
  const { state } = tf.engine();
  const tape = state.activeTape;
  try {
    return tf.grads(connected)([...tensors]);
  } finally {
    state.activeTape = tape;
  }
}
