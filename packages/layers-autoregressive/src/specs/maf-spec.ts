import type { ModelSpec, PartConfig } from '@flowzoo/core';
import { networkOf, stackedSpec, type Layer, type NetworkOptions, type StackOptions } from './stacked-spec.ts';

/** Options of {@link mafSpec}. */
export interface MafOptions extends StackOptions, NetworkOptions {
  /** Number of masked layers. Default: 5. */
  readonly steps?: number;
  /**
   * `log-precision`: u = (x − m)·exp(a/2), unbounded, as in the code of the paper; `bounded`: x·s + t with s in
   * (0.14, 7.4). Default: `log-precision`.
   */
  readonly head?: 'log-precision' | 'bounded';
  /** Batch normalization behind every masked layer, as in the paper. Default: true. */
  readonly batchNormalization?: boolean;
}

/** The head of MADE and MAF as a transformer: u = (x − m)·exp(a/2) with mean m and log-precision a, packed [m, a]. */
export const LOG_PRECISION_HEAD: PartConfig & Readonly<Record<string, unknown>> = {
  type: 'affine',
  direction: 'inverse',
  order: 'shift-scale',
  shiftGain: -1,
  scale: { gain: 0.5 },
};

/**
 * The spec of a masked autoregressive flow as its paper has it: masked layers of one hidden layer of 100 ReLU units with a
 * head of mean and log-precision, orders reversed from layer to layer, batch normalization behind each; weights
 * N(0, 1/inputs), the last layer included.
 *
 * A layer starts with random weights, not at the identity: with `head: 'bounded'` and
 * `lastLayer: { initialization: 'zero' }` it starts there, and no single row can be given a density of zero.
 *
 * It differs from the released code in drawing weights from N(0, 1/inputs) and not N(0, 1/(inputs + 1)), and in running
 * statistics of batch normalization until `calibrateBatchNormalization` takes those of all training rows.
 *
 * Papamakarios et al. 2017 (Masked Autoregressive Flow), section 4 and supplement.
 *
 * @throws E_OPTION for a number of steps that is no positive whole number
 * @example
 * const flow = registry.build<FlowModel>(mafSpec({ event: [6], hidden: [100, 100] }));
 */
export function mafSpec(options: MafOptions): ModelSpec {
  const { steps = 5, head, batchNormalization } = options;
  return stackedSpec(options, {
    steps,
    layer: {
      type: 'maf',
      transformer: head === 'bounded' ? { type: 'affine' } : LOG_PRECISION_HEAD,
      ...PAPER_NETWORK,
      ...networkOf(options),
    },
    between: batchNormalization === false ? [] : [{ type: 'batch-normalization' }],
  });
}

/** Options of {@link madeMogSpec}. */
export interface MadeMogOptions extends StackOptions, NetworkOptions {
  /** Components of the mixture of every feature. Default: 10. */
  readonly components?: number;
  /** Masked layers with Gaussian heads at the data side of the mixture: 0 is MADE MoG, 5 is MAF MoG (5). Default: 0. */
  readonly steps?: number;
  /** Batch normalization behind every Gaussian layer. Default: true. */
  readonly batchNormalization?: boolean;
}

/**
 * The spec of MADE MoG: one masked network that gives each feature a mixture of Gaussians given the features before it.
 * As a flow it is u = Φ⁻¹(C(x)), C the mixture's cumulative distribution, on a standard normal base: its density is that
 * of the mixture exactly. With `steps` it is MAF MoG, layers of {@link mafSpec} in front of it.
 *
 * It differs from the released code in scales within exp(±3) of their start and in components that start apart.
 *
 * Germain et al. 2015 (MADE); Papamakarios et al. 2017 (Masked Autoregressive Flow), section 4.
 *
 * @throws E_OPTION for a number of steps that is no whole number
 * @example
 * const flow = registry.build<FlowModel>(madeMogSpec({ event: [6], hidden: [100, 100], components: 10 }));
 */
export function madeMogSpec(options: MadeMogOptions): ModelSpec {
  const { components = 10, steps = 0, batchNormalization = true, ...rest } = options;
  const { preprocessing = [], orders = 'alternating' } = rest;
  const order = orders === 'random' ? 'random' : steps % 2 === 0 ? 'natural' : 'reversed';
  const mixture = {
    type: 'maf',
    order,
    transformer: { type: 'mixture-of-gaussians', components },
    ...PAPER_NETWORK,
    ...networkOf(options),
  };
  const stack = steps === 0 ? [] : layersOf(mafSpec({ ...rest, steps, batchNormalization }));
  const layers = [...(steps === 0 ? preprocessing : stack), mixture];
  const spec = stackedSpec(rest, { steps: 1, layer: { type: 'maf' } });
  return { ...spec, model: { type: 'flow', layers } as ModelSpec['model'] };
}

/** Weights as the paper draws them: N(0, 1/inputs), the last layer included. */
const PAPER_NETWORK = { hidden: [100], initialization: 'lecun-normal', lastLayer: { initialization: 'default' } };

function layersOf(spec: ModelSpec): readonly Layer[] {
  return spec.model['layers'] as readonly Layer[];
}
