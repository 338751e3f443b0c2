import type { ModelSpec } from '@flowzoo/core';
import { networkOf, stackedSpec, type NetworkOptions, type StackOptions } from './stacked-spec.ts';

/** Options of {@link iafSpec}. */
export interface IafOptions extends StackOptions, NetworkOptions {
  /** Number of masked layers. Default: 4. */
  readonly steps?: number;
  /** `gated`: g·z + (1 − g)·m, the stable form of the paper; `affine`: z·s + t with bounded s. Default: `gated`. */
  readonly form?: 'gated' | 'affine';
  /** Added to the raw gate: how far open it starts. Default: 2. */
  readonly gateOffset?: number;
}

/**
 * The spec of an inverse autoregressive flow: sampling, and the density of its own samples, in one pass. Masked layers of
 * two hidden layers with ELU, orders reversed from layer to layer, the context added to the first hidden layer.
 *
 * Kingma et al. 2016 (Improving Variational Inference with Inverse Autoregressive Flow).
 *
 * @throws E_OPTION for a number of steps that is no positive whole number
 * @example
 * const posterior = registry.build<FlowModel>(iafSpec({ event: [16], context: 64, hidden: [128, 128] }));
 */
export function iafSpec(options: IafOptions): ModelSpec {
  const { steps = 4, form, gateOffset = 2 } = options;
  const transformer =
    form === 'affine' ? { type: 'affine', direction: 'forward' } : { type: 'gated', offset: gateOffset };
  return stackedSpec(options, {
    steps,
    layer: { type: 'iaf', transformer, hidden: [64, 64], activation: 'elu', ...networkOf(options) },
  });
}
