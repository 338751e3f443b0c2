import type { BijectorDefinition, DistributionDefinition } from '@flowzoo/core';
import { waveNetFlowDefinition } from './wavenet-flow.ts';
import { waveNetDefinition } from './wavenet.ts';

/** The models of signals by type id. */
export const waveDistributions: Record<string, DistributionDefinition> = { wavenet: waveNetDefinition };

/** Flows over signals by type id. */
export const waveBijectors: Record<string, BijectorDefinition> = {
  'wavenet-flow': waveNetFlowDefinition('inverse'),
  'wavenet-iaf': waveNetFlowDefinition('forward'),
};

export type { LocalConfig } from './conditions.ts';
export { receptiveField, type WaveNetConfig } from './config.ts';
export type { StreamOptions } from './stream.ts';
export { WaveNetFlow, type WaveNetFlowOptions } from './wavenet-flow.ts';
export { WaveNet, type WaveNetModelConfig, type WaveSampleOptions } from './wavenet.ts';
