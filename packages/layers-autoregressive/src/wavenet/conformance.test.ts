import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { autoregressive } from '../plugin.ts';

const small = { features: 5, dilations: [1, 2], levels: 4 };

const discrete: Case[] = [
  // One step sees silence: no input, and no residual stream that a later step would read.
  { event: [1], config: small, domain: 'integers:4', unusedVariables: ['network.input.weight'] },
  { event: [6], config: { ...small, levels: 2, kernel: 3 }, domain: 'integers:2' },
  { event: [5], config: { ...small, input: 'one-hot', stacks: 2 }, domain: 'integers:4', contextSize: 3 },
  {
    event: [7],
    config: { ...small, levels: 8, head: 'logistic-mixture', components: 3, local: { features: 2, hop: 3 } },
    domain: 'integers:8',
    contextSize: 7,
  },
];

conformance(autoregressive, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['wavenet'],
  cases: { wavenet: discrete },
});
