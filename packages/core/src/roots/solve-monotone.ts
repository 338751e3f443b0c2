import * as tf from '@tensorflow/tfjs';

/** A scalar function applied to every element: `[...]` → the same shape. */
export type ElementwiseFunction = (t: tf.Tensor) => tf.Tensor;

/** The equations f(t) = target, one per element, and where their roots lie. */
export interface MonotoneEquation {
  /** Strictly increasing in every element, and free of side effects; it may close over parameters that broadcast. */
  readonly f: ElementwiseFunction;
  /** f′ > 0. Without it the root is found by bisection alone. */
  readonly derivative?: ElementwiseFunction | undefined;
  /** Right-hand sides. */
  readonly target: tf.Tensor;
  /** f(lower) ≤ target, of the target's shape. */
  readonly lower: tf.Tensor;
  /** f(upper) ≥ target, of the target's shape. */
  readonly upper: tf.Tensor;
  /** An element is done when its step is below `tolerance · (1 + |t|)`. Default: 2.4e-7, two units of float32. */
  readonly tolerance?: number | undefined;
  /** Steps at most. Default: 60, enough for bisection alone from a bracket 10⁹ times as wide as the root. */
  readonly maxIterations?: number | undefined;
}

/** Default of {@link MonotoneEquation.tolerance}. */
export const ROOT_TOLERANCE = 2.4e-7;

const STEPS_BETWEEN_LOOKS = 4;

/**
 * Solves f(t) = target for every element at once: Newton steps kept inside a shrinking bracket, bisection where a step
 * would leave it or does not halve the one before (Press et al., Numerical Recipes, section 9.4, vectorised).
 *
 * An element that is done is frozen, so its root does not depend on its neighbours. On the synchronous backends (`cpu`,
 * `wasm`) the loop ends early when all are done; elsewhere it always runs `maxIterations` steps, because it reads no
 * value back. The result is the same. A target outside f(lower)…f(upper) ends at that end of the bracket; whoever needs
 * to know calls {@link assertRoot}.
 *
 * The root has no gradient: {@link monotoneRoot} has.
 *
 * @returns t of the target's shape; the caller disposes
 * @example
 * // t + tanh t = y
 * const t = solveMonotone({ f: (t) => tf.add(t, tf.tanh(t)), target: y, lower: tf.sub(y, 1), upper: tf.add(y, 1) });
 */
export function solveMonotone(equation: MonotoneEquation): tf.Tensor {
  const { target, maxIterations = 60 } = equation;
  // Inside a custom gradient nothing is taped: the comparisons below have no gradients, and the steps need no memory.
  const solve = tf.customGrad(() => ({
    value: iterate(equation, maxIterations),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return solve(target);
}

interface Step {
  readonly t: tf.Tensor;
  readonly lower: tf.Tensor;
  readonly upper: tf.Tensor;
  /** Length of the step that led here. */
  readonly length: tf.Tensor;
  readonly done: tf.Tensor;
}

function iterate(equation: MonotoneEquation, maxIterations: number): tf.Tensor {
  const { lower, upper } = equation;
  const width = tf.sub(upper, lower);
  let step: Step = {
    t: tf.add(lower, tf.mul(width, 0.5)),
    lower: tf.clone(lower),
    upper: tf.clone(upper),
    length: width,
    done: tf.zeros(width.shape, 'bool'),
  };
  const looks = readsAtOnce();
  for (let i = 1; i <= maxIterations; i++) {
    const previous = step;
    step = tf.tidy(() => advance(previous, equation) as unknown as tf.TensorContainer) as unknown as Step;
    tf.dispose(previous as unknown as tf.TensorContainer);
    if (looks && i % STEPS_BETWEEN_LOOKS === 0 && allTrue(step.done)) break;
  }
  // Comparisons swallow NaN: a target that is not finite must not come out as an end of the bracket.
  return tf.add(step.t, tf.mul(equation.target, 0));
}

function advance(from: Step, { f, derivative, target, tolerance = ROOT_TOLERANCE }: MonotoneEquation): Step {
  const residual = tf.sub(f(from.t), target);
  const above = tf.greater(residual, 0);
  const lower = tf.where(above, from.lower, from.t);
  const upper = tf.where(above, from.t, from.upper);
  const middle = tf.add(lower, tf.mul(tf.sub(upper, lower), 0.5));
  let next = middle;
  if (derivative !== undefined) {
    const newton = tf.sub(from.t, tf.div(residual, derivative(from.t)));
    // A derivative of 0 makes NaN or infinity here; both comparisons are then false and the middle is taken.
    const inside = tf.logicalAnd(tf.greaterEqual(newton, lower), tf.lessEqual(newton, upper));
    const halves = tf.lessEqual(tf.abs(tf.sub(newton, from.t)), tf.mul(from.length, 0.5));
    next = tf.where(tf.logicalAnd(inside, halves), newton, middle);
  }
  next = tf.where(from.done, from.t, next);
  const length = tf.abs(tf.sub(next, from.t));
  const short = tf.lessEqual(length, tf.mul(tf.add(tf.abs(next), 1), tolerance));
  return { t: next, lower, upper, length, done: tf.logicalOr(from.done, short) };
}

function readsAtOnce(): boolean {
  const backend = tf.getBackend();
  return backend === 'cpu' || backend === 'wasm';
}

function allTrue(flags: tf.Tensor): boolean {
  return flags.dataSync().every((flag) => flag !== 0);
}
