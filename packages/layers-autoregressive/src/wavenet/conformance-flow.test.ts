import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { autoregressive } from '../plugin.ts';

/** Short receptive fields and long ones, kernels, both conditions, a spline in place of the Gaussian. */
const flows: Case[] = [
  { event: [1], config: { features: 5, dilations: [1] }, unusedVariables: ['conditioner.network.input.weight'] },
  { event: [5], config: { features: 5, dilations: [1, 2] } },
  { event: [6], config: { features: 4, kernel: 3, dilations: [1] }, sparseDependence: true, contextSize: 2 },
  {
    event: [4],
    config: { features: 4, dilations: [1, 2], local: { features: 2, hop: 3 } },
    contextSize: 5,
    sparseDependence: true,
  },
  {
    event: [3],
    config: { features: 5, dilations: [1, 2], transformer: { type: 'rational-quadratic-spline', bins: 4 } },
    parameterScale: 0.5,
  },
];

conformance(autoregressive, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  types: ['wavenet-flow', 'wavenet-iaf'],
  cases: { 'wavenet-flow': flows, 'wavenet-iaf': flows },
});
