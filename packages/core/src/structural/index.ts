import type { BijectorDefinition } from '../registry/plugin.ts';
import { multiScaleDefinition } from './multi-scale.ts';
import { permutationDefinition } from './permutation.ts';
import { flattenDefinition, reshapeDefinition } from './reshape.ts';
import { squeezeDefinition } from './squeeze.ts';

export { MultiScale, type MultiScaleOptions, type NamedLatent } from './multi-scale.ts';
export type { Half } from './channel-split.ts';
export { Permutation, type PermutationOptions } from './permutation.ts';
export { Reshape, type ReshapeOptions } from './reshape.ts';
export { Squeeze, type SqueezeOptions, type SqueezeOrder } from './squeeze.ts';

/** The layers that move elements about and change none of them, by their type ids. */
export const structuralBijectors: Readonly<Record<string, BijectorDefinition>> = {
  permutation: permutationDefinition,
  reshape: reshapeDefinition,
  flatten: flattenDefinition,
  squeeze: squeezeDefinition,
  'multi-scale': multiScaleDefinition,
};
