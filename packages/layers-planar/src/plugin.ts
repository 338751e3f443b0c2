import { definePlugin, type Plugin } from '@flowzoo/core';
import { planarDefinition } from './planar/planar.ts';
import { radialDefinition } from './radial/radial.ts';
import { sylvesterDefinition } from './sylvester/definition.ts';

/**
 * Planar, radial and Sylvester layers for a registry.
 *
 * @example
 * const registry = createRegistry().use(planar);
 */
export const planar: Plugin = definePlugin({
  name: '@flowzoo/layers-planar',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    planar: planarDefinition,
    radial: radialDefinition,
    sylvester: sylvesterDefinition,
  },
});
