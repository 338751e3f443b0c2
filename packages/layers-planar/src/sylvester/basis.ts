import type { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { layersOf } from '../two-way/layers-of.ts';
import type { Field, Parameters } from '../two-way/two-way-layer.ts';
import { orthogonalize } from './orthogonalize.ts';
import { flip, rowProducts } from './products.ts';

/** How a Sylvester layer makes Q, `[D, M]` with orthonormal columns. */
export type SylvesterForm = 'orthogonal' | 'householder' | 'triangular';

/** Q of one batch, as row vectors meet it. */
export interface Basis {
  /** x Q: `[batch, D]` → `[batch, M]`. */
  project(x: tf.Tensor2D): tf.Tensor2D;
  /** v Qᵀ: `[batch, M]` → `[batch, D]`. */
  embed(v: tf.Tensor2D): tf.Tensor2D;
}

/** What makes Q. */
export interface BasisOptions {
  readonly form: SylvesterForm;
  /** D. */
  readonly size: number;
  /** M ≤ D. */
  readonly width: number;
  /** Householder reflections. */
  readonly reflections: number;
  /** Of the triangular form: Q is the reversal, not the identity. */
  readonly reversed: boolean;
  /** The place that an error names. */
  readonly place?: string;
}

/** The field that holds Q's parameters; none for the triangular form. */
export function basisFields({ form, size, width, reflections }: BasisOptions, random: Random): Field[] {
  if (form === 'triangular') return [];
  const shape = form === 'orthogonal' ? [size, width] : [reflections, size];
  return [{ name: 'basis', shape, start: random.fork('basis').normals(shape[0]! * shape[1]!) }];
}

/**
 * Q from its parameters: `basis` is a full matrix `[rows, D, M]` that is orthogonalised, or vectors `[rows, H, D]` that
 * are normalised and reflect. No matrix of D × D elements is formed: a reflection costs D per example.
 *
 * van den Berg et al. 2018, section 3.2.
 */
export function basisFor(parameters: Parameters, options: BasisOptions): Basis {
  const { form, place } = options;
  if (form === 'triangular') return permuted(options);
  const basis = parameters['basis'] as tf.Tensor3D;
  if (form === 'householder') return reflected(basis, options);
  const q = orthogonalize(basis, place === undefined ? {} : { place });
  const transposed = flip(q);
  return { project: (x) => rowProducts(x, q), embed: (v) => rowProducts(v, transposed) };
}

/** Q = the first M columns of the identity, or of the reversal. */
function permuted({ size, width, reversed }: BasisOptions): Basis {
  const ordered = (x: tf.Tensor2D): tf.Tensor2D => (reversed ? tf.reverse(x, 1) : x);
  return {
    project: (x) => firstColumns(ordered(x), width),
    // A reversal is its own inverse.
    embed: (v) => ordered(padded(v, size)),
  };
}

/** Q = the first M columns of H₁ H₂ … with H = I − 2 v vᵀ / ‖v‖². */
function reflected(vectors: tf.Tensor3D, { size, width }: BasisOptions): Basis {
  const squaredNorm = tf.sum(tf.square(vectors), 2, true);
  // v = 0 reflects nothing.
  const unit = tf.div(vectors, tf.sqrt(tf.maximum(squaredNorm, 1e-30)));
  const reflections = layersOf(unit);
  const reflect = (x: tf.Tensor, v: tf.Tensor): tf.Tensor =>
    tf.sub(x, tf.mul(v, tf.mul(tf.sum(tf.mul(x, v), 1, true), 2)));
  return {
    project: (x) => firstColumns(reflections.reduce(reflect, x as tf.Tensor) as tf.Tensor2D, width),
    embed: (v) => reflections.reduceRight(reflect, padded(v, size) as tf.Tensor) as tf.Tensor2D,
  };
}

function firstColumns(x: tf.Tensor2D, width: number): tf.Tensor2D {
  return width === x.shape[1] ? x : tf.slice(x, [0, 0], [x.shape[0], width]);
}

function padded(v: tf.Tensor2D, size: number): tf.Tensor2D {
  const [batch, width] = v.shape;
  return width === size ? v : tf.concat([v, tf.zeros([batch, size - width])], 1);
}
