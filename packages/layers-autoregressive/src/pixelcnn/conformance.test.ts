import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { autoregressive } from '../plugin.ts';

/** Shapes of one and several elements, with a context and with colours. */
function casesOf(base: Readonly<Record<string, unknown>>, unused: readonly string[]): Case[] {
  const small = { ...base, features: 6, firstKernel: 3 };
  const binary = { ...small, levels: 2 };
  const mixture = { ...small, levels: 8, head: 'logistic-mixture', components: 3 };
  return [
    // One pixel sees nothing: only biases and the context lead anywhere.
    { event: [1, 1], config: binary, domain: 'integers:2', unusedVariables: unused },
    { event: [1, 1], config: { ...small, levels: 5 }, domain: 'integers:5', unusedVariables: unused, contextSize: 2 },
    { event: [1, 1, 1], config: mixture, domain: 'integers:8', unusedVariables: unused },
    { event: [4, 3], config: binary, domain: 'integers:2' },
    { event: [3, 4, 1], config: { ...small, levels: 5, dropout: 0.3 }, domain: 'integers:5', contextSize: 2 },
    { event: [3, 3, 3], config: { ...small, features: 12, levels: 4 }, domain: 'integers:4' },
    { event: [3, 3, 2], config: { ...mixture, features: 12, colors: 'linear' }, domain: 'integers:8', contextSize: 3 },
  ];
}

conformance(autoregressive, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['pixelcnn', 'gated-pixelcnn'],
  cases: {
    pixelcnn: casesOf({ blocks: 1 }, ['first.*', 'blocks.*']),
    'gated-pixelcnn': casesOf({ layers: 2 }, ['layers.*']),
  },
});
