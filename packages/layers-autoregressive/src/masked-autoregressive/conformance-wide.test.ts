import { conformance } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

// Sixty-four features: both directions, their Jacobians and their gradients.
const config = { hidden: [64], activation: 'tanh', order: 'random' };

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['wasm'],
  types: ['maf', 'iaf'],
  cases: {
    maf: [{ event: [64], config, parameterScale: 0.5 }],
    iaf: [{ event: [64], config, parameterScale: 0.5 }],
  },
});
