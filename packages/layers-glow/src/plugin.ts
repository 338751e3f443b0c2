import { definePlugin, type Plugin } from '@flowzoo/core';

/**
 * The layers of this package for a registry.
 *
 * @example
 * const registry = createRegistry().use(glow);
 */
export const glow: Plugin = definePlugin({
  name: '@flowzoo/layers-glow',
  version: '1.0.0',
  contract: 1,
  bijectors: {},
});
