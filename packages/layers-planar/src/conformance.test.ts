import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { planar } from './plugin.ts';

const conditioner = { type: 'mlp', hidden: [4], activation: 'tanh' };

/** One and several elements, an image, a context, and the formula in both uses. */
function casesOf(config: Readonly<Record<string, unknown>>): readonly Case[] {
  return [
    // In one dimension Q is ±1, whatever its parameters are.
    { event: [1], config, unusedVariables: ['basis'] },
    { event: [1], config: { ...config, closed: 'inverse' }, unusedVariables: ['basis'] },
    { event: [2], config },
    { event: [2], config: { ...config, closed: 'inverse' } },
    { event: [3], config },
    { event: [2, 1, 2], config: { ...config, closed: 'inverse' } },
    { event: [2], config: { ...config, conditioner }, contextSize: 2 },
    { event: [3], config: { ...config, closed: 'inverse', conditioner }, contextSize: 2 },
  ];
}

conformance(planar, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  cases: {
    planar: [
      ...casesOf({}),
      { event: [2], config: { layers: 3 } },
      { event: [2], config: { layers: 2, closed: 'inverse', activation: 'softplus' } },
      { event: [3], config: { activation: 'leaky-relu', slope: 0.3 } },
    ],
    radial: [...casesOf({}), { event: [2], config: { layers: 3, closed: 'inverse' } }],
    sylvester: [
      ...casesOf({}),
      ...casesOf({ form: 'householder', reflections: 2 }),
      ...casesOf({ form: 'triangular', reversed: true }),
      { event: [3], config: { width: 1 } },
      { event: [4], config: { width: 2, form: 'householder', closed: 'inverse' } },
      { event: [3], config: { width: 2, form: 'triangular' } },
    ],
  },
});
