import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { glow } from './plugin.ts';

const smooth = { type: 'glow-network', hidden: 3, activation: 'tanh' };
const edge = { ...smooth, padding: 'edge-channel' };
const sigmoid = { type: 'affine', order: 'shift-scale', scale: 'sigmoid' };

/** Vectors and images with one, an even and an odd number of channels. */
const shapes: readonly Case[] = [
  { event: [1] },
  { event: [2] },
  { event: [5] },
  { event: [2, 3, 1] },
  { event: [3, 2, 2] },
  { event: [1, 1, 3] },
];

// Parameters are drawn here anyway; the start from data has tests of its own.
const ready = { conditioner: smooth, initialization: 'identity' };
const small = { levels: 1, steps: 1, ...ready };

conformance(glow, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  cases: {
    actnorm: [
      ...shapes,
      { event: [3], config: { order: 'scale-shift', scale: 'softplus', logFactor: 1 } },
      { event: [2, 2, 2], config: { initialization: 'identity', order: 'scale-shift' } },
      { event: [2], config: { scale: 'softplus', logFactor: 2 } },
    ],
    'invertible-1x1-convolution': [
      ...shapes,
      { event: [2, 2, 4], config: { unit: 'upper' } },
      { event: [4], config: { diagonal: 'softplus', unit: 'upper' } },
      { event: [2, 1, 3], config: { diagonal: 'softplus' } },
      { event: [2, 2, 3], config: { form: 'orthogonal' } },
    ],
    split: [
      { event: [2] },
      { event: [3] },
      { event: [2, 2, 2] },
      { event: [2, 2, 3], config: { keep: 'second', conditioner: { type: 'zero-convolution', padding: 'ones' } } },
      { event: [2, 1, 2], config: { prior: 'standard' } },
      {
        event: [2, 2, 2],
        config: { leave: 'all', conditioner: { type: 'zero-convolution', padding: 'edge-channel' } },
      },
      {
        event: [2],
        config: { leave: 'all', conditioner: { type: 'zero-convolution', context: true } },
        contextSize: 2,
      },
    ],
    'glow-step': [
      ...shapes.map((each) => ({ ...each, config: ready })),
      { event: [2, 2, 3], config: { ...ready, conditioner: edge, transformer: { type: 'additive' } } },
      {
        event: [2, 2, 2],
        config: { ...ready, conditioner: { ...smooth, context: true }, convolution: 'orthogonal' },
        contextSize: 2,
      },
      { event: [2, 1, 4], config: { ...ready, transformer: sigmoid }, largest: 10 },
      { event: [2], config: { ...ready, conditioner: { type: 'mlp', hidden: [3], activation: 'tanh' } } },
    ],
    'variational-dequantize': [
      { event: [1] },
      { event: [3], config: { levels: 17 } },
      { event: [2, 2, 1], config: { steps: 3 } },
      { event: [3, 1, 2] },
      { event: [2, 2, 2], config: { conditioner: { ...smooth, context: true } }, contextSize: 2 },
    ].map((each) => ({
      ...each,
      config: { levels: 256, conditioner: smooth, ...each.config },
      domain: each.event.length === 1 && each.event[0] === 3 ? 'integers:17' : 'integers:256',
      latentDomain: 'unit',
    })),
    glow: [
      { event: [2, 2, 1], config: small },
      { event: [2, 2, 3], config: small },
      { event: [4, 4, 1], config: { ...small, levels: 2 }, parameterScale: 0.4 },
      { event: [4, 4, 1], config: { ...small, levels: 2, steps: 2, recompute: true }, parameterScale: 0.4 },
      { event: [2, 4, 1], config: { ...small, order: 'space-major', recompute: true }, contextSize: 2 },
      {
        event: [4, 4, 1],
        config: { ...small, levels: 2, splitPrior: 'standard', topPrior: 'standard' },
        parameterScale: 0.4,
      },
    ],
  },
});
