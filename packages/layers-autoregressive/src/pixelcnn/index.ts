import type { DistributionDefinition } from '@flowzoo/core';
import { gatedPixelCnnDefinition } from './gated-pixelcnn.ts';
import { pixelCnnDefinition } from './pixelcnn.ts';

/** The models of images by type id. */
export const imageDistributions: Record<string, DistributionDefinition> = {
  pixelcnn: pixelCnnDefinition,
  'gated-pixelcnn': gatedPixelCnnDefinition,
};

export type { CachedKernel } from './cached/engine.ts';
export type { CompletionOptions, CompletionResult } from './completion.ts';
export { GatedPixelCnn, type GatedPixelCnnConfig } from './gated-pixelcnn.ts';
export { ImageModel, type ImageSampleOptions, type SamplingMethod } from './image-model.ts';
export { PixelCnn, type PixelCnnConfig } from './pixelcnn.ts';
