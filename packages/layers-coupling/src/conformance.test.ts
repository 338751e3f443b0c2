import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { coupling } from './plugin.ts';

const mlp = { type: 'mlp', hidden: [5], activation: 'tanh' };
const convnet = { type: 'convnet', hidden: 3, blocks: 1, activation: 'tanh' };

/** Vectors of even, odd and single length, images by channel and by checkerboard, with and without a context. */
function casesOf(config: Readonly<Record<string, unknown>>): readonly Case[] {
  return [
    { event: [4], config: { ...config, conditioner: mlp } },
    { event: [5], config: { ...config, conditioner: mlp, mask: 'halves', parity: 1 } },
    { event: [1], config: { ...config, conditioner: mlp }, unusedVariables: ['conditioner.layers.0.weight'] },
    { event: [2], config: { ...config, conditioner: mlp } },
    { event: [3], config: { ...config, conditioner: mlp }, contextSize: 2 },
    { event: [2, 2, 3], config: { ...config, conditioner: convnet, mask: 'channel' } },
    { event: [3, 2, 1], config: { ...config, conditioner: convnet, mask: 'checkerboard' } },
  ];
}

/** The distribution function of a mixture: its other direction finds roots, of float64 inside. */
function mixtures(kind: 'logistics' | 'gaussians'): readonly Case[] {
  const transformer = { type: `mixture-of-${kind}`, components: 3 };
  return [
    { name: `${kind}, vector`, event: [3], config: { conditioner: mlp, transformer }, contextSize: 2 },
    { name: `${kind}, image`, event: [2, 2, 2], config: { conditioner: convnet, transformer, mask: 'checkerboard' } },
  ];
}

conformance(coupling, {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  cases: {
    coupling: [
      ...casesOf({
        transformer: { type: 'affine' },
        unconditional: { type: 'rational-quadratic-spline', bins: 3 },
      }),
      ...mixtures('logistics'),
      ...mixtures('gaussians'),
    ],
    'additive-coupling': casesOf({}),
    'affine-coupling': casesOf({}),
    // The log-derivative of a spline has a kink at every knot: parameters of order 1 put one between any two points of a
    // finite difference once there are dozens of pixels.
    'rational-quadratic-spline-coupling': casesOf({ bins: 4, interval: [-3, 3] }).map((each) =>
      each.event.length === 3 ? { ...each, parameterScale: 0.5 } : each,
    ),
  },
});
