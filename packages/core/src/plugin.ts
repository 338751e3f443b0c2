import { chainDefinition, flowDefinition, invertDefinition } from './composition/index.ts';
import { CONTRACT, definePlugin, type Plugin } from './registry/plugin.ts';

/** Core's own parts, in every registry from the start: composition, bases, elementwise layers, transformers, conditioners. */
export const core: Plugin = definePlugin({
  name: '@flowzoo/core',
  version: '1.0.0',
  contract: CONTRACT,
  bijectors: {
    chain: chainDefinition,
    invert: invertDefinition,
  },
  distributions: {
    flow: flowDefinition,
  },
});
