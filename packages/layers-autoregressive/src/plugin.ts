import { definePlugin, type Plugin } from '@flowzoo/core';

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
  bijectors: {},
});
