import type { ModelSpec, RationalQuadraticSplineOptions } from '@flowzoo/core';
import { networkOf, stackedSpec, type NetworkOptions, type StackOptions } from './stacked-spec.ts';

/** Options of {@link nsfAutoregressiveSpec}. */
export interface NsfAutoregressiveOptions extends StackOptions, Omit<NetworkOptions, 'hidden'> {
  /** Number of masked layers. Default: 10. */
  readonly steps?: number;
  /** Width of the residual networks. Default: 256. */
  readonly hidden?: number;
  /** Residual blocks of each network. Default: 2. */
  readonly blocks?: number;
  /** Default: 8 bins on [−3, 3]. */
  readonly spline?: Omit<RationalQuadraticSplineOptions, 'path' | 'direction'>;
}

/**
 * The spec of an autoregressive neural spline flow, RQ-NSF (AR): rational-quadratic splines whose parameters come from
 * masked residual networks with pre-activation blocks.
 *
 * It differs from the paper in random orders, drawn once, where the paper has learned linear layers between the steps.
 *
 * Durkan et al. 2019 (Neural Spline Flows), section 5 and appendix.
 *
 * @throws E_OPTION for a number of steps that is no positive whole number
 * @example
 * const flow = registry.build<FlowModel>(nsfAutoregressiveSpec({ event: [6], steps: 4, hidden: 128 }));
 */
export function nsfAutoregressiveSpec(options: NsfAutoregressiveOptions): ModelSpec {
  const { steps = 10, hidden = 256, blocks = 2, spline, orders = 'random', ...rest } = options;
  return stackedSpec(
    { ...rest, orders },
    {
      steps,
      layer: {
        type: 'maf',
        transformer: { type: 'rational-quadratic-spline', bins: 8, interval: [-3, 3], ...spline },
        blocks: 'residual-preactivation',
        ...networkOf(rest),
        hidden: Array.from({ length: blocks }, () => hidden),
      },
    },
  );
}
