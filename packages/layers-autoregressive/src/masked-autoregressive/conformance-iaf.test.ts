import { conformance } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { openCases, plainCases, transformers } from '../../test/layer-cases.ts';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

const bounded = { ...transformers.bounded, direction: 'forward' };
const spline = { ...transformers.spline, direction: 'forward' };

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['iaf'],
  cases: {
    iaf: [
      ...plainCases({ transformer: bounded }),
      ...openCases({ transformer: bounded }).slice(2),
      ...plainCases({ transformer: transformers.gated }).slice(2),
      ...plainCases({ transformer: spline }, { parameterScale: 0.5 }).slice(4),
    ],
  },
});
