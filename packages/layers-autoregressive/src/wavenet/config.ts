import {
  endSchema,
  initializationSchema,
  type EndConfig,
  type InitializationConfig,
  type JsonSchema,
} from '@flowzoo/core';
import type { LocalConfig } from './conditions.ts';

/** Configuration of a {@link WaveNetNetwork}, defaults filled in. */
export interface WaveNetConfig extends InitializationConfig {
  readonly features: number;
  /** Null: as many as features. */
  readonly skipFeatures: number | null;
  /** Null: as many as skip features. */
  readonly outputFeatures: number | null;
  readonly kernel: number;
  readonly dilations: readonly number[];
  readonly stacks: number;
  readonly local: LocalConfig | null;
  readonly lastLayer: EndConfig;
}

const WIDTH = { anyOf: [{ type: 'integer', minimum: 1 }, { const: null }], default: null };

/** Schema properties of {@link WaveNetConfig}. */
export const waveNetSchema: JsonSchema = {
  features: {
    type: 'integer',
    minimum: 1,
    default: 32,
    description: 'Width of the residual stream and of the gates.',
  },
  skipFeatures: { ...WIDTH, description: 'Width of the skip connections; null: as many as features.' },
  outputFeatures: { ...WIDTH, description: 'Width of the hidden output layer; null: as many as skip features.' },
  kernel: { enum: [2, 3], default: 2, description: 'Taps of each dilated convolution.' },
  dilations: {
    type: 'array',
    minItems: 1,
    items: { type: 'integer', minimum: 1 },
    default: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    description: 'Steps between the taps, one layer each.',
  },
  stacks: { type: 'integer', minimum: 1, default: 1, description: 'How often the list of dilations is repeated.' },
  local: {
    anyOf: [
      {
        type: 'object',
        additionalProperties: false,
        required: ['features', 'hop'],
        properties: {
          features: { type: 'integer', minimum: 1, description: 'Numbers of one frame.' },
          hop: { type: 'integer', minimum: 1, description: 'Steps of one frame.' },
        },
      },
      { const: null },
    ],
    default: null,
    description:
      'A condition that changes with time: the context ends with ceil(time / hop) frames of so many features, one after another; the rest of the context holds for the whole signal.',
  },
  ...initializationSchema,
  lastLayer: endSchema(
    { initialization: 'zero', scale: 0.01 },
    'How the last 1×1 map starts; zero: the same distribution at every step.',
  ),
};

/** The dilation of every layer, in order. */
export function allDilations({ dilations, stacks }: Pick<WaveNetConfig, 'dilations' | 'stacks'>): number[] {
  return Array.from({ length: stacks }, () => dilations).flat();
}

/**
 * How many past steps one step depends on: 1 + (kernel − 1)·Σ dilations.
 *
 * @example
 * receptiveField({ kernel: 2, dilations: [1, 2, 4], stacks: 2 }); // 15
 */
export function receptiveField(config: Pick<WaveNetConfig, 'kernel' | 'dilations' | 'stacks'>): number {
  return 1 + (config.kernel - 1) * allDilations(config).reduce((sum, dilation) => sum + dilation, 0);
}
