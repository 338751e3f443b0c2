import type { DistributionDefinition } from '../registry/plugin.ts';
import { diagonalNormalDefinition } from './diagonal-normal.ts';
import { logisticDefinition } from './logistic.ts';
import { normalMixtureDefinition } from './normal-mixture.ts';
import { standardNormalDefinition } from './standard-normal.ts';
import { uniformDefinition } from './uniform.ts';

export { DiagonalNormal, type DiagonalNormalOptions } from './diagonal-normal.ts';
export { Logistic } from './logistic.ts';
export { NormalMixture, type NormalMixtureOptions } from './normal-mixture.ts';
export { StandardNormal, type BaseOptions } from './standard-normal.ts';
export { Uniform, type UniformOptions } from './uniform.ts';

/** The base distributions by their type ids. */
export const bases: Readonly<Record<string, DistributionDefinition>> = {
  'standard-normal': standardNormalDefinition,
  logistic: logisticDefinition,
  uniform: uniformDefinition,
  'diagonal-normal': diagonalNormalDefinition,
  'normal-mixture': normalMixtureDefinition,
};
