import { createRegistry, type FlowModel, type ModelSpec } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { planar } from '@flowzoo/layers-planar';

/** The flows that are fitted. */
export const flowNames = ['real-nvp', 'planar'] as const;

/** One of {@link flowNames}. */
export type FlowName = (typeof flowNames)[number];

const conditioner = { type: 'mlp', hidden: [64, 64], activation: 'tanh' };

const layers: Readonly<Record<FlowName, readonly object[]>> = {
  'real-nvp': [
    {
      repeat: 3,
      layers: [
        { type: 'affine-coupling', parity: 0, conditioner },
        { type: 'affine-coupling', parity: 1, conditioner },
      ],
    },
  ],
  // Closed from latent to data, as in the paper: drawing and its log-det need no equation solved.
  planar: [{ type: 'planar', layers: 16, closed: 'forward' }],
};

/** Six affine couplings, or sixteen planar layers, over a trained normal that is wide at the start. */
export function buildFlow(name: FlowName, seed: number): FlowModel {
  const spec = {
    format: 'flowzoo/model',
    version: 1,
    event: [2],
    seed,
    model: { type: 'flow', base: { type: 'diagonal-normal', logScale: 0.5 }, layers: layers[name] },
  } as ModelSpec;
  return createRegistry().use(coupling).use(planar).build<FlowModel>(spec);
}
