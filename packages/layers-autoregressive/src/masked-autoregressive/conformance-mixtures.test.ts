import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

const network = { hidden: [8], activation: 'tanh' };

function casesOf(type: string, direction: 'inverse' | 'forward'): readonly Case[] {
  const config = { ...network, transformer: { type, components: 2, direction } };
  return [
    { event: [2], config: { ...config, order: 'random' }, parameterScale: 0.5 },
    { event: [3], config, contextSize: 2, parameterScale: 0.5 },
  ];
}

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['wasm'],
  types: ['maf', 'iaf'],
  cases: {
    maf: [...casesOf('mixture-of-gaussians', 'inverse'), ...casesOf('mixture-of-logistics', 'inverse')],
    iaf: casesOf('mixture-of-logistics', 'forward'),
  },
});
