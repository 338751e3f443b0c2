import type { Case } from '@flowzoo/core/conformance';

/** A small network. */
export const network = { hidden: [12], activation: 'tanh' };
/** Random order and degrees. */
export const wide = { hidden: [8, 8], activation: 'tanh', order: 'random', degrees: 'random' };
/** A coupling, as a graph. */
const coupled = { ...network, order: { parents: [[], [], [0, 1], [0, 1]] } };

/** One, two, four features, orders, a graph, contexts; the weights of a single feature lead nowhere. */
export function plainCases(config: Readonly<Record<string, unknown>>, rest: Partial<Case> = {}): readonly Case[] {
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
export function openCases(config: Readonly<Record<string, unknown>>): readonly Case[] {
  const residual = { ...network, blocks: 'residual-preactivation' };
  return [
    { event: [5], config: { ...config, ...residual, order: 'reversed' } },
    { event: [2, 1, 2], config: { ...config, ...wide, direct: true } },
    { event: [3], config: { ...config, ...network, blocks: 'residual', context: 'glu' }, contextSize: 2 },
  ];
}

/** Configurations of transformers. */
export const transformers = {
  bounded: { type: 'affine' },
  logPrecision: { type: 'affine', order: 'shift-scale', shiftGain: -1, scale: { gain: 0.5 } },
  additive: { type: 'additive' },
  spline: { type: 'rational-quadratic-spline', bins: 4, interval: [-3, 3] },
  gated: { type: 'gated' },
};
