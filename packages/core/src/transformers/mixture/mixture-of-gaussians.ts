import type { TransformerDefinition } from '../../registry/plugin.ts';
import { normalFamily } from './component-family.ts';
import { mixtureSchema, type MixtureOptions } from './mixture-options.ts';
import { normalTensors } from './mixture-tensors.ts';
import { mixtureOptions, MixtureTransformer, type MixtureConfig } from './mixture-transformer.ts';

/**
 * The cumulative distribution of a mixture of K normals, the head of MADE MoG and MAF MoG seen as a flow:
 * z = Φ⁻¹(C(x)), C(x) = Σ π_k Φ((x − μ_k)/σ_k).
 *
 * log|∂z/∂x| = log p(x) − log φ(z), p the density of the mixture: **with a standard normal base the log-density of a
 * scalar is log p(x) exactly**. z comes from log C or log(1 − C), whichever is smaller, so neither it nor the
 * log-derivative knows where Φ saturates; in float32 log φ(z) + log|∂z/∂x| is right to 1e-4 nats while |z| < 10, and to
 * 1e-6 of −log φ(z) beyond. Where two components are far apart z hardly moves with x: ten standard deviations from both,
 * x cannot be found again from a float32 z.
 *
 * With output `affine` z·eᵃ + b follows, with `unit` z is C(x) in (0, 1), for a uniform base. The other direction finds
 * the root in the exact bracket min, max of μ_k + σ_k z, and is differentiated by the implicit function theorem.
 *
 * Parameters per scalar: K raw weights (softmax), K locations, K log-scales, then a and b with output `affine`. MADE's
 * and MAF's log-precisions are `spread: 0, logScale: { gain: -0.5, squash: 'none' }`.
 *
 * **Zero parameters are nearly the identity**: K equal weights at evenly spread locations, together of variance 1. With
 * the default spread |z − x| ≤ 0.02 for |x| ≤ 2, and the log-derivative is within ±0.15 everywhere. `spread: 0` is the
 * identity exactly; but then all components get the same gradients from a conditioner that starts at zero, and never part.
 *
 * On cpu and wasm one typed-array kernel computes value, log-derivative and gradients in float64; it is differentiable
 * once. Elsewhere the same function is composed of tensor operations in float32.
 *
 * Germain et al. 2015 (MADE); Papamakarios et al. 2017 (MAF).
 *
 * @throws E_OPTION for options that fit no mixture
 * @example
 * const mixture = new MixtureOfGaussians({ components: 10 });
 * const { value: z, logDerivative } = mixture.inverse(x, parameters); // log N(z; 0, 1) + logDerivative = log p(x)
 */
export class MixtureOfGaussians extends MixtureTransformer {
  constructor(options: MixtureOptions = {}) {
    super({ type: 'mixture-of-gaussians', output: 'real', family: normalFamily, tensors: normalTensors }, options);
  }
}

/** `mixture-of-gaussians` as specs name it: its options, and how it is built. */
export const mixtureOfGaussiansDefinition: TransformerDefinition = {
  version: 1,
  schema: mixtureSchema({
    description: 'The cumulative distribution of a mixture of normals; packed [weights, locations, log-scales, a, b].',
    closed: ['z = Φ⁻¹(C(x))', 'x = Φ⁻¹(C(z))'],
    output: 'real',
  }),
  create: (config: MixtureConfig, build) => new MixtureOfGaussians(mixtureOptions(config, build.path)),
};
