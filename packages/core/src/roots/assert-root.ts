import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { ElementwiseFunction } from './solve-monotone.ts';

/** What {@link assertRoot} checks. */
export interface RootCheck {
  readonly f: ElementwiseFunction;
  readonly root: tf.Tensor;
  readonly target: tf.Tensor;
  /** Largest |f(root) − target| / (1 + |target|) that passes. Default: 1e-5. */
  readonly tolerance?: number;
  /** The place that an error names, such as a layer's path. */
  readonly place?: string;
}

/** |f(root) − target| / (1 + |target|) per element, of the target's shape; the caller disposes. */
export function rootResidual({ f, root, target }: Pick<RootCheck, 'f' | 'root' | 'target'>): tf.Tensor {
  return tf.tidy(() => tf.div(tf.abs(tf.sub(f(root), target)), tf.add(1, tf.abs(target))));
}

/**
 * Reads the residual back and throws when an equation was not solved: the root lay outside the bracket, or the function
 * is not increasing.
 *
 * @throws E_NO_CONVERGENCE with the worst element and its residual
 * @example
 * await assertRoot({ f, root: t, target: y, place: 'layers[3] (planar)' });
 */
export async function assertRoot(check: RootCheck): Promise<void> {
  const tolerance = check.tolerance ?? 1e-5;
  const residual = rootResidual(check);
  const values = Array.from(await residual.data());
  residual.dispose();
  if (values.every((value) => value <= tolerance)) return;
  // NaN is worse than any number, and no comparison says so.
  const notANumber = values.findIndex(Number.isNaN);
  const largest = values.reduce((worst, value, index) => (value > values[worst]! ? index : worst), 0);
  const worst = notANumber >= 0 ? notANumber : largest;
  throw new FlowzooError('E_NO_CONVERGENCE', 'the root finder did not solve its equation', {
    at: check.place,
    expected: `a relative residual of ${tolerance} at most`,
    found: `${values[worst]} at element ${worst}`,
    remedy: 'Widen the bracket, allow more iterations, or check that the function is increasing',
  });
}
