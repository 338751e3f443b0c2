import { definePlugin, type Plugin } from '@flowzoo/core';
import { couplingDefinition, couplingOf } from './coupling/definitions.ts';
import { scalingDefinition } from './scaling/scaling.ts';

/**
 * Coupling layers for a registry.
 *
 * @example
 * const registry = createRegistry().use(coupling);
 */
export const coupling: Plugin = definePlugin({
  name: '@flowzoo/layers-coupling',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    coupling: couplingDefinition,
    'additive-coupling': couplingOf('additive'),
    'affine-coupling': couplingOf('affine'),
    'rational-quadratic-spline-coupling': couplingOf('rational-quadratic-spline'),
    scaling: scalingDefinition,
  },
});
