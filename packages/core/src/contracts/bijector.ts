import type * as tf from '@tensorflow/tfjs';
import type { Part } from './part.ts';
import type { Shape } from './shape.ts';

/** One direction's result: the image and the log abs det of the Jacobian of that direction. The caller disposes both. */
export interface Mapped {
  /** `[batch, ...eventShape]`. */
  readonly value: tf.Tensor;
  /** `[batch]`, nats; always one number per example, even when all are equal. */
  readonly logDet: tf.Tensor;
}

/** What a caller may rely on before running a bijector. */
export interface BijectorTraits {
  /** Conditioner evaluations per call of a direction: 1, or the number of features. */
  readonly passes: { readonly forward: number; readonly inverse: number };
  /** Whether a direction is a closed form; `iterative` ones solve to float32 precision. */
  readonly method: { readonly forward: Method; readonly inverse: Method };
  /** The log-det does not depend on the input (context excluded). */
  readonly constantLogDet: boolean;
  /** The inverse draws noise and its log-det makes `logProb` a lower bound (dequantization). */
  readonly lowerBound: boolean;
  /** In training mode an example's result depends on the others of its batch (batch normalization). */
  readonly batchCoupled: boolean;
  /** Data-dependent initialization has not happened yet: call `initialize` before anything else. */
  readonly needsInitialization: boolean;
}

/** How a direction is computed: in closed form, or by iteration to a tolerance. */
export type Method = 'exact' | 'iterative';

/** The dependence between elements that a layer promises; the conformance suite checks it against the Jacobian. */
export type Structure =
  /** xᵢ depends on zᵢ alone, both flattened. */
  | { readonly kind: 'elementwise' }
  /** The elements of x listed here (flat indices) equal those of z bit for bit. */
  | { readonly kind: 'coupling'; readonly identity: readonly number[] }
  /** `rank[i]` is the place of element i in the order; element i depends on elements of lower rank and on itself. */
  | { readonly kind: 'autoregressive'; readonly rank: readonly number[] };

/**
 * An invertible map between data x and latent z with the same number of elements.
 *
 * `forward` is latent → data, x = f(z), log|det ∂f/∂z|; `inverse` is data → latent, z = f⁻¹(x), log|det ∂f⁻¹/∂x|.
 * Value and log-det come from one fused computation and nothing is cached between calls. Both methods are synchronous,
 * differentiable in the input, in the context and in every variable, and leave only their results behind.
 */
export interface Bijector extends Part {
  readonly dataShape: Shape;
  readonly latentShape: Shape;
  /** Width of the context that both directions take; 0 when unconditional. */
  readonly contextSize: number;
  readonly traits: BijectorTraits;
  readonly structure?: Structure | undefined;
  forward(z: tf.Tensor, context?: tf.Tensor): Mapped;
  inverse(x: tf.Tensor, context?: tf.Tensor): Mapped;
  /** Data-dependent initialization in the inverse direction; returns z, which the caller disposes. */
  initialize?(x: tf.Tensor, context?: tf.Tensor): tf.Tensor;
}
