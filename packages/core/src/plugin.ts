import { bases } from './bases/index.ts';
import { chainDefinition, flowDefinition, invertDefinition } from './composition/index.ts';
import { conditioners } from './conditioners/index.ts';
import { dequantizationBijectors } from './dequantization/index.ts';
import { elementwiseBijectors } from './elementwise/index.ts';
import { normalizationBijectors } from './normalization/index.ts';
import { CONTRACT, definePlugin, type Plugin } from './registry/plugin.ts';
import { structuralBijectors } from './structural/index.ts';
import { transformers } from './transformers/index.ts';

/** Core's own parts, in every registry from the start. */
export const core: Plugin = definePlugin({
  name: '@flowzoo/core',
  version: '1.0.0',
  contract: CONTRACT,
  bijectors: {
    chain: chainDefinition,
    invert: invertDefinition,
    ...elementwiseBijectors,
    ...structuralBijectors,
    ...dequantizationBijectors,
    ...normalizationBijectors,
  },
  transformers,
  conditioners,
  distributions: { flow: flowDefinition, ...bases },
});
