import { conformance, type Case } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { withMasksKept } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';

const network = { hidden: [12], activation: 'tanh' };
const wide = { hidden: [8, 8], activation: 'tanh', order: 'random', degrees: 'random' };
const coupled = { ...network, order: { parents: [[], [], [0, 1], [0, 1]] } };

/** One, two, four features, orders, a graph, contexts; the weights of a single feature lead nowhere. */
function plainCases(config: Readonly<Record<string, unknown>>, rest: Partial<Case> = {}): readonly Case[] {
  const alone = { unusedVariables: ['conditioner.layers.0.weight'] };
  return [
    { event: [1], config: { ...config, ...network }, ...alone },
    { event: [2], config: { ...config, ...wide } },
    { event: [4], config: { ...config, ...coupled }, sparseDependence: true },
    { event: [1], config: { ...config, ...network }, contextSize: 2, ...alone },
    { event: [3], config: { ...config, ...wide }, contextSize: 2 },
  ].map((each) => ({ ...each, ...rest }));
}

/** Networks that let features of any size through: for bounded scales only. */
function openCases(config: Readonly<Record<string, unknown>>): readonly Case[] {
  const residual = { ...network, blocks: 'residual-preactivation' };
  return [
    { event: [5], config: { ...config, ...residual, order: 'reversed' } },
    { event: [2, 1, 2], config: { ...config, ...wide, direct: true } },
    { event: [3], config: { ...config, ...network, blocks: 'residual', context: 'glu' }, contextSize: 2 },
  ];
}

const bounded = { type: 'affine' };
const logPrecision = { type: 'affine', order: 'shift-scale', shiftGain: -1, scale: { gain: 0.5 } };
const spline = { type: 'rational-quadratic-spline', bins: 4, interval: [-3, 3] };

conformance(withMasksKept(autoregressive), {
  describe,
  it,
  backends: ['cpu', 'wasm'],
  cases: {
    maf: [
      ...plainCases({ transformer: bounded }),
      ...openCases({ transformer: bounded }),
      ...plainCases({ transformer: logPrecision }).slice(1, 3),
      ...plainCases({ transformer: { type: 'additive' } }).slice(2),
      ...plainCases({ transformer: spline }, { parameterScale: 0.5 }),
    ],
    iaf: [
      ...plainCases({ transformer: { ...bounded, direction: 'forward' } }),
      ...openCases({ transformer: { ...bounded, direction: 'forward' } }),
      ...plainCases({ transformer: { type: 'gated' } }).slice(1),
      ...plainCases({ transformer: { ...spline, direction: 'forward' } }, { parameterScale: 0.5 }).slice(3),
    ],
    made: [
      { event: [1], output: [2], config: network, unusedVariables: ['layers.0.weight'] },
      { event: [3], output: [6], config: wide },
      { event: [3], output: [3], config: { hidden: [], activation: 'tanh' } },
      { event: [3], output: [6], config: { ...network, context: 'add-activated' }, contextSize: 2 },
      { event: [2, 2, 1], output: [2, 2, 3], config: { ...network, blocks: 'residual', direct: true } },
    ],
  },
});
