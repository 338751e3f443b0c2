import type { BijectorDefinition } from '../registry/plugin.ts';
import { batchNormalizationDefinition } from './batch-normalization.ts';

export { BatchNormalization, type BatchNormalizationOptions } from './batch-normalization.ts';
export { calibrateBatchNormalization } from './calibrate.ts';

/** Layers that normalize by statistics of data, by their type ids. */
export const normalizationBijectors: Readonly<Record<string, BijectorDefinition>> = {
  'batch-normalization': batchNormalizationDefinition,
};
