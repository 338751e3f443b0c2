import type { DistributionDefinition } from '@flowzoo/core';
import { waveNetDefinition } from './wavenet.ts';

/** The models of signals by type id. */
export const waveDistributions: Record<string, DistributionDefinition> = { wavenet: waveNetDefinition };

export type { LocalConfig } from './conditions.ts';
export { receptiveField, type WaveNetConfig } from './config.ts';
export type { StreamOptions } from './stream.ts';
export { WaveNet, type WaveNetModelConfig, type WaveSampleOptions } from './wavenet.ts';
