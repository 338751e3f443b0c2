import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { core } from '../plugin.ts';
import { conformance, type Case, type CaseOptions } from './index.ts';

/** MADE's own head: log-precisions, unbounded. */
const MADE_HEAD = { components: 3, output: 'affine', spread: 0, logScale: { gain: -0.5, squash: 'none' } };

/** What the schema's defaults do not tell: domains, required options, layers inside layers. */
const cases: Record<string, readonly Case[] | CaseOptions> = {
  exp: { domain: 'positive', largest: { data: 1e4, latent: 80 } },
  softplus: { domain: 'positive' },
  sigmoid: { domain: 'unit' },
  logit: { domain: 'unit' },
  tanh: { domain: { low: -1, high: 1 } },
  dequantize: { domain: 'integers:256', latentDomain: 'unit' },
  scale: [
    { event: [1] },
    { event: [5] },
    { name: 'per channel', event: [4, 4, 2], config: { per: 'channel' } },
    { name: 'as given', event: [3], config: { trainable: false, value: -2.5 } },
  ],
  shift: [
    { event: [1] },
    { event: [5] },
    { name: 'per channel', event: [4, 4, 2], config: { per: 'channel' } },
    { name: 'as given', event: [3], config: { trainable: false, value: -2.5 } },
  ],
  chain: [
    { name: 'empty', event: [2], config: { layers: [] } },
    { name: 'two layers', event: [2], config: { layers: [{ type: 'scale' }, { type: 'shift' }] } },
    {
      name: 'bounded, standardized',
      event: [5],
      domain: 'unit',
      config: {
        layers: [{ type: 'logit' }, { type: 'standardize' }, { repeat: 2, layers: [{ type: 'permutation' }] }],
      },
    },
    { name: 'another shape', event: [4, 4, 1], config: { layers: [{ type: 'squeeze' }, { type: 'flatten' }] } },
  ],
  invert: [
    { name: 'scale', event: [3], config: { bijector: { type: 'scale' } } },
    {
      name: 'exp',
      event: [1],
      latentDomain: 'positive',
      largest: { data: 80, latent: 1e4 },
      config: { bijector: { type: 'exp' } },
    },
  ],
  reshape: [
    { event: [6], config: { shape: [3, 2] } },
    { event: [1], config: { shape: [1, 1, 1] } },
  ],
  squeeze: [
    { event: [4, 4, 2] },
    { event: [2, 6, 1] },
    { event: [3, 3, 1], config: { factor: 3, order: 'space-major' } },
  ],
  'multi-scale': [
    {
      event: [4, 4, 1],
      config: {
        levels: [{ layers: [{ type: 'squeeze' }, { type: 'scale', per: 'channel' }] }, { layers: [{ type: 'shift' }] }],
      },
    },
  ],
  'transformer:affine': [
    { name: 'bounded', event: [6] },
    {
      name: 'sigmoid, shift first, forward',
      event: [6],
      config: { scale: 'sigmoid', order: 'shift-scale', direction: 'forward' },
    },
    { name: 'learned bound', event: [6], config: { scale: 'tanh-learned' } },
    { name: 'softplus with a floor', event: [6], config: { scale: { map: 'softplus', floor: 1e-3 } } },
  ],
  'rational-quadratic-spline': [
    { name: 'defaults', event: [6] },
    { name: 'one bin, forward', event: [6], config: { bins: 1, direction: 'forward' } },
    { name: 'free ends, linear tails', event: [6], config: { boundary: 'free', tails: 'linear', interval: [-3, 2] } },
    { name: 'exp slopes, first bin split', event: [6], config: { slope: { map: 'exp' }, bin: { splitFirst: true } } },
  ],
  'mixture-of-gaussians': [
    { name: 'defaults', event: [6] },
    { name: 'one component, forward', event: [6], config: { components: 1, direction: 'forward' } },
    { name: 'log-precisions, outer map', event: [6], config: MADE_HEAD },
    // Further out a float32 level is 1.
    {
      name: 'levels',
      event: [6],
      config: { output: 'unit', components: 3 },
      domain: { low: -2, high: 2 },
      latentDomain: 'unit',
    },
  ],
  'mixture-of-logistics': [
    { name: 'defaults', event: [6] },
    { name: 'two components, forward', event: [6], config: { components: 2, direction: 'forward', output: 'real' } },
    { name: 'alike at the start', event: [6], config: { spread: 0, components: 3 } },
    { name: 'levels', event: [6], config: { output: 'unit', components: 3 }, latentDomain: 'unit' },
  ],
  // Filters have slow gradients on these backends: few channels.
  convnet: { config: { hidden: 4, blocks: 1 } },
  resnet: { config: { hidden: 8 } },
  mlp: { config: { hidden: [8, 8] } },
  separate: [
    {
      event: [3],
      output: [4],
      config: {
        networks: [
          { conditioner: { type: 'mlp', hidden: [8] } },
          { conditioner: { type: 'mlp', hidden: [8], activation: 'tanh' } },
        ],
      },
    },
  ],
  'distribution:uniform': { domain: 'unit' },
  'distribution:flow': [
    { event: [1], config: { layers: [{ type: 'scale' }, { type: 'shift' }] } },
    { event: [2], config: { layers: [{ type: 'standardize' }, { type: 'permutation' }, { type: 'scale' }] } },
    {
      name: 'on an interval',
      event: [1],
      domain: 'unit',
      config: { layers: [{ type: 'logit', alpha: 1e-6 }], base: { type: 'logistic' } },
    },
  ],
};

conformance(core, { describe, it, backends: ['cpu', 'wasm'], cases });
