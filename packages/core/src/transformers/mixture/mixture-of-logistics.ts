import type { TransformerDefinition } from '../../registry/plugin.ts';
import { logisticFamily } from './component-family.ts';
import { mixtureSchema, type MixtureOptions } from './mixture-options.ts';
import { logisticTensors } from './mixture-tensors.ts';
import { mixtureOptions, MixtureTransformer, type MixtureConfig } from './mixture-transformer.ts';

/**
 * The cumulative distribution of a mixture of K logistics, the transformer of Flow++:
 * z = logit(C(x))·eᵃ + b, C(x) = Σ π_k σ((x − μ_k)/σ_k).
 *
 * log|∂z/∂x| = log p(x) − log C − log(1 − C) + a, p the density of the mixture. C and 1 − C are sums of their own, so
 * both tails are exact: far out z is a straight line in x. The other direction finds the root in the exact bracket
 * min, max of μ_k + σ_k t, and is differentiated by the implicit function theorem. With output `real` there is no outer
 * affine map, with `unit` no logit either: z = C(x) in (0, 1), for a uniform base; there float32 tells x from its
 * neighbours only where C is away from 1.
 *
 * Parameters per scalar: K raw weights (softmax), K locations, K log-scales, then a and b with output `affine`.
 *
 * **Zero parameters are nearly the identity**: K equal weights at evenly spread locations, together with the variance of
 * one standard logistic. With the default spread |z − x| ≤ 0.1 for |x| ≤ 3, and the log-derivative is within ±0.15
 * everywhere. `spread: 0` is the identity exactly, for weights of other programs; but then all components get the same
 * gradients from a conditioner that starts at zero, and never part. With output `unit` z starts near σ(x).
 *
 * On cpu and wasm one typed-array kernel computes value, log-derivative and gradients in float64; it is differentiable
 * once. Elsewhere the same function is composed of tensor operations in float32.
 *
 * Ho et al. 2019 (Flow++), section on mixtures of logistics.
 *
 * @throws E_OPTION for options that fit no mixture
 * @example
 * const mixture = new MixtureOfLogistics({ components: 4 });
 * const { value: z } = mixture.inverse(x, tf.zeros([...x.shape, mixture.parameterCount])); // P = 14; z ≈ x
 */
export class MixtureOfLogistics extends MixtureTransformer {
  constructor(options: MixtureOptions = {}) {
    super(
      { type: 'mixture-of-logistics', output: 'affine', family: logisticFamily, tensors: logisticTensors },
      options,
    );
  }
}

/** `mixture-of-logistics` as specs name it: its options, and how it is built. */
export const mixtureOfLogisticsDefinition: TransformerDefinition = {
  version: 1,
  schema: mixtureSchema({
    description:
      'The cumulative distribution of a mixture of logistics; packed [weights, locations, log-scales, a, b].',
    closed: ['z = logit(C(x)) exp(a) + b', 'x = logit(C(z)) exp(a) + b'],
    output: 'affine',
  }),
  create: (config: MixtureConfig, build) => new MixtureOfLogistics(mixtureOptions(config, build.path)),
};
