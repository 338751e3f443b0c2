import { Random } from '@flowzoo/core';
import { scatter } from '../../../test/image-models.ts';
import { WaveNetNetwork } from '../wavenet-network.ts';

/** Steps of a signal. */
export const TIME = 24;

/** Name, config and site of a network. */
export type RingCase = readonly [
  string,
  Record<string, unknown>,
  { contextSize?: number; channels?: number; outputs?: number },
];

/** Networks of every form. */
export const cases: readonly RingCase[] = [
  ['whole fours', { features: 8, dilations: [1, 2, 4] }, { outputs: 16 }],
  ['wide panels', { features: 20, dilations: [2], skipFeatures: 36, outputFeatures: 12 }, { outputs: 52 }],
  ['odd widths, kernel 3', { features: 5, kernel: 3, dilations: [2, 1], stacks: 2, skipFeatures: 7 }, { outputs: 9 }],
  ['one of each', { features: 1, dilations: [1], skipFeatures: 1, outputFeatures: 1 }, { outputs: 2 }],
  [
    'one-hot, global',
    { features: 6, dilations: [3, 1], input: 'one-hot' },
    { contextSize: 3, channels: 7, outputs: 7 },
  ],
  ['local and global', { features: 6, dilations: [1, 2], local: { features: 2, hop: 5 } }, { contextSize: 13 }],
  ['local', { features: 4, kernel: 3, dilations: [1, 2], local: { features: 5, hop: 12 } }, { contextSize: 10 }],
];

/** A network whose variables are of the order of the scale. */
export function build([, config, site]: RingCase, scale = 1): WaveNetNetwork {
  const { contextSize = 0, channels = 1, outputs = 6 } = site;
  const defaults = { skipFeatures: null, outputFeatures: null, kernel: 2, stacks: 1, local: null };
  const more = {
    initialization: 'fan-in-uniform',
    initializationScale: 0.01,
    lastLayer: { initialization: 'zero', scale: 0.01 },
  };
  const network = new WaveNetNetwork({
    config: { ...defaults, ...more, ...config } as never,
    path: 'model',
    place: 'model (wavenet)',
    time: TIME,
    channels,
    outputs,
    contextSize,
    random: new Random(1),
  });
  scatter(network, scale);
  return network;
}

/** Contexts of so many signals, the same ones for each count. */
export function contexts(count: number, [, , { contextSize = 0 }]: RingCase): Float32Array | undefined {
  return contextSize === 0 ? undefined : new Random(4).normals(16 * contextSize).subarray(0, count * contextSize);
}

/** Uniforms of so many signals. */
export const rows = (count: number, width: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) => new Random(9).fork(i).uniforms(width));
