import { conformance } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { openCases, plainCases, transformers } from '../../test/layer-cases.ts';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

const { bounded, logPrecision, additive, spline } = transformers;

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['maf'],
  cases: {
    maf: [
      ...plainCases({ transformer: bounded }),
      ...openCases({ transformer: bounded }),
      ...plainCases({ transformer: logPrecision }).slice(1, 2),
      ...plainCases({ transformer: additive }).slice(4),
      ...plainCases({ transformer: spline }, { parameterScale: 0.5 }).slice(1, 4),
    ],
  },
});
