import { createRegistry, type FlowModel } from '@flowzoo/core';
import { planar } from '@flowzoo/layers-planar';

/** The posteriors that are compared. */
export const posteriorNames = ['none', 'planar', 'sylvester'] as const;

/** One of {@link posteriorNames}. */
export type PosteriorName = (typeof posteriorNames)[number];

/** What a posterior is built from. */
export interface PosteriorOptions {
  readonly posterior: PosteriorName;
  /** D, the number of latents. */
  readonly latent: number;
  /** Width of what the encoder gives, the context of the posterior. */
  readonly features: number;
  readonly seed: number;
}

/** An affine map of the context, as in the paper: the encoder has done the rest. */
const conditioner = { type: 'mlp', hidden: [] };

/** Closed from latent to data: what a VAE needs is draws and their density, and no equation is solved for these. */
const layers: Readonly<Record<PosteriorName, (latent: number) => readonly object[]>> = {
  none: () => [],
  planar: () => [{ type: 'planar', layers: 8, closed: 'forward', conditioner }],
  sylvester: (latent) => [
    {
      repeat: 2,
      layers: [
        {
          type: 'sylvester',
          form: 'orthogonal',
          width: Math.min(8, latent),
          closed: 'forward',
          conditioner,
        },
      ],
    },
  ],
};

/**
 * q(z|h): a diagonal normal whose mean and scale depend on h, and after it nothing, eight planar layers, or two Sylvester
 * layers with M = 8 (or D when that is less), all of whose parameters depend on h. The caller disposes it.
 */
export function buildPosterior({ posterior, latent, features, seed }: PosteriorOptions): FlowModel {
  return createRegistry()
    .use(planar)
    .build<FlowModel>({
      format: 'flowzoo/model',
      version: 1,
      event: [latent],
      context: features,
      seed,
      model: { type: 'flow', base: { type: 'diagonal-normal', conditioner }, layers: layers[posterior](latent) },
    });
}
