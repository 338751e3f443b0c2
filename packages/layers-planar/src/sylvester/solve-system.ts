import { monotoneRoot, stopGradient } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { solveTriangular, triangularGradients, type SystemArrays } from './triangular-kernel.ts';

/** q + tanh(q R̃ᵀ + b) Rᵀ = y for row vectors. */
export interface TriangularSystem {
  /** y, `[batch, M]`. */
  readonly target: tf.Tensor2D;
  /** R, upper triangular, `[rows, M, M]`, rows = 1 or batch. */
  readonly outer: tf.Tensor3D;
  /** R̃, upper triangular, `[rows, M, M]`. */
  readonly inner: tf.Tensor3D;
  /** b, `[rows, M]`. */
  readonly offset: tf.Tensor2D;
}

/** Backends on which reading values back costs nothing. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/**
 * The solution q `[batch, M]`, differentiable in all four tensors by the implicit function theorem.
 *
 * On `cpu` and `wasm` one typed-array kernel solves in float64; elsewhere it is composed of M scalar root findings.
 */
export function solveSystem(system: TriangularSystem): tf.Tensor2D {
  return system.target.size === 0 || READABLE.has(tf.getBackend()) ? solveOnArrays(system) : solveOnTensors(system);
}

/** {@link solveSystem} by the kernel. */
export function solveOnArrays({ target, outer, inner, offset }: TriangularSystem): tf.Tensor2D {
  const [batch, width] = target.shape;
  const rows = outer.shape[0];
  const sizes = { batch, rows, width };
  const solve = tf.customGrad((y, r, s, b) => {
    const [first, second, third, fourth] = [y, r, s, b] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const arrays: SystemArrays = {
      target: first.dataSync<'float32'>(),
      outer: second.dataSync<'float32'>(),
      inner: third.dataSync<'float32'>(),
      offset: fourth.dataSync<'float32'>(),
    };
    const roots = solveTriangular(arrays, sizes);
    return {
      value: tf.tensor2d(roots, [batch, width]),
      gradFunc: (dy: tf.Tensor) => {
        const gradients = triangularGradients(arrays, roots, dy.dataSync<'float32'>(), sizes);
        return [
          tf.tensor2d(gradients.target, [batch, width]),
          tf.tensor3d(new Float32Array(gradients.outer), [rows, width, width]),
          tf.tensor3d(new Float32Array(gradients.inner), [rows, width, width]),
          tf.tensor2d(new Float32Array(gradients.offset), [rows, width]),
        ];
      },
    };
  });
  return solve(target, outer, inner, offset) as tf.Tensor2D;
}

/** {@link solveSystem} by tensor operations: M root findings, each for the whole batch. */
export function solveOnTensors({ target, outer, inner, offset }: TriangularSystem): tf.Tensor2D {
  const [batch, width] = target.shape;
  const rows = outer.shape[0];
  const column = (tensor: tf.Tensor2D, i: number): tf.Tensor =>
    tf.reshape(tf.slice(tensor, [0, i], [tensor.shape[0], 1]), [tensor.shape[0]]);
  const line = (matrix: tf.Tensor3D, i: number): tf.Tensor2D =>
    tf.reshape(tf.slice(matrix, [0, i, 0], [rows, 1, width]), [rows, width]);
  // Solved elements, from i + 1 to the end.
  const roots: tf.Tensor[] = [];
  const hidden: tf.Tensor[] = [];
  for (let i = width - 1; i >= 0; i--) {
    const [outerLine, innerLine] = [line(outer, i), line(inner, i)];
    let y = column(target, i);
    let k: tf.Tensor = tf.add(column(offset, i), tf.zeros([batch]));
    for (let j = i + 1; j < width; j++) {
      y = tf.sub(y, tf.mul(column(outerLine, j), hidden[j - i - 1]!));
      k = tf.add(k, tf.mul(column(innerLine, j), roots[j - i - 1]!));
    }
    const [r, s] = [column(outerLine, i), column(innerLine, i)];
    const pre = (q: tf.Tensor): tf.Tensor => tf.add(tf.mul(s, q), k);
    const reach = stopGradient(tf.add(tf.abs(r), tf.mul(tf.add(1, tf.abs(y)), 1e-6)));
    const q = monotoneRoot({
      f: (t) => tf.add(t, tf.mul(r, tf.tanh(pre(t)))),
      derivative: (t) => tf.add(1, tf.mul(tf.mul(r, s), tf.sub(1, tf.square(tf.tanh(pre(t)))))),
      target: y,
      lower: stopGradient(tf.sub(y, reach)),
      upper: stopGradient(tf.add(y, reach)),
    });
    roots.unshift(q);
    hidden.unshift(tf.tanh(pre(q)));
  }
  return tf.stack(roots, 1) as tf.Tensor2D;
}
