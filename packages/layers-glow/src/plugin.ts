import { definePlugin, type Plugin } from '@flowzoo/core';
import { actnormDefinition } from './actnorm/actnorm.ts';
import { invertibleConvolutionDefinition } from './convolution/invertible-convolution.ts';
import { variationalDequantizeDefinition } from './dequantization/variational-dequantize.ts';
import { glowDefinition } from './glow/glow.ts';
import { glowNetwork } from './network/glow-network.ts';
import { zeroConvolution } from './network/zero-convolution.ts';
import { splitDefinition } from './split/split.ts';
import { glowStepDefinition } from './step/glow-step.ts';

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
  bijectors: {
    actnorm: actnormDefinition,
    'invertible-1x1-convolution': invertibleConvolutionDefinition,
    split: splitDefinition,
    'glow-step': glowStepDefinition,
    glow: glowDefinition,
    'variational-dequantize': variationalDequantizeDefinition,
  },
  conditioners: {
    'glow-network': glowNetwork,
    'zero-convolution': zeroConvolution,
  },
});
