import { definePlugin, type Plugin } from '@flowzoo/core';
import { gatedDefinition } from './gated/gated.ts';
import { madeDefinition } from './made/definition.ts';
import { autoregressiveDefinition } from './masked-autoregressive/definitions.ts';
import { imageDistributions } from './pixelcnn/index.ts';
import { waveBijectors, waveDistributions } from './wavenet/index.ts';

/**
 * The layers of this package for a registry.
 *
 * @example
 * const registry = createRegistry().use(autoregressive);
 */
export const autoregressive: Plugin = definePlugin({
  name: '@flowzoo/layers-autoregressive',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    maf: autoregressiveDefinition('inverse'),
    iaf: autoregressiveDefinition('forward'),
    ...waveBijectors,
  },
  transformers: { gated: gatedDefinition },
  conditioners: { made: madeDefinition },
  distributions: { ...imageDistributions, ...waveDistributions },
});
