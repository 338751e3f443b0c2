import * as tf from '@tensorflow/tfjs';
import type { Activation } from './activations.ts';
import type { Dense } from './dense.ts';

/** Ways in which a context enters a hidden layer: added, added through the nonlinearity, or as a gate. */
export type Injection = 'add' | 'add-activated' | 'glu';

/**
 * Lets a context act on a hidden layer h: `add` h + Vc, `add-activated` h + a(Vc), `glu` h · σ(Vc + b) (a gated linear
 * unit; Durkan et al. 2019, appendix B, as in nflows).
 *
 * @param hidden `[batch, width]`.
 * @param context `[batch, contextSize]`.
 * @returns `[batch, width]`; the caller disposes it.
 */
export function inject(
  hidden: tf.Tensor2D,
  context: tf.Tensor2D,
  options: { readonly kind: Injection; readonly layer: Dense; readonly activation: Activation },
): tf.Tensor2D {
  return tf.tidy(() => {
    const signal = options.layer.apply(context);
    if (options.kind === 'glu') return tf.mul(hidden, tf.sigmoid(signal));
    return tf.add(hidden, options.kind === 'add' ? signal : options.activation(signal));
  });
}
