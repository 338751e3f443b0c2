import { conformance } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { network, wide } from '../../test/layer-cases.ts';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['made', 'gated'],
  cases: {
    made: [
      { event: [1], output: [2], config: network, unusedVariables: ['layers.0.weight'] },
      { event: [3], output: [6], config: wide },
      { event: [3], output: [3], config: { hidden: [], activation: 'tanh' } },
      { event: [3], output: [6], config: { ...network, context: 'add-activated' }, contextSize: 2 },
      { event: [2, 2, 1], output: [2, 2, 3], config: { ...network, blocks: 'residual', direct: true } },
    ],
  },
});
