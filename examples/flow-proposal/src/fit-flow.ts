import { createRegistry, fitTarget, type FlowModel, type ModelSpec } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { doubleWell } from './double-well.ts';

/** A flow, and what it took to fit it. */
export interface FittedFlow {
  /** The caller disposes it. */
  readonly flow: FlowModel;
  readonly seconds: number;
}

/** Spline couplings on the plane: splines can put a valley where an affine flow has a bridge. */
export function proposalSpec(seed: number): ModelSpec {
  const conditioner = { type: 'mlp', hidden: [32, 32], activation: 'tanh' };
  const layer = { type: 'rational-quadratic-spline-coupling', conditioner, interval: [-4, 4] };
  return {
    format: 'flowzoo/model',
    version: 1,
    event: [2],
    seed,
    model: {
      type: 'flow',
      base: { type: 'diagonal-normal', logScale: 0.5 },
      layers: [
        {
          repeat: 2,
          layers: [
            { ...layer, parity: 0 },
            { ...layer, parity: 1 },
          ],
        },
      ],
    },
  } as ModelSpec;
}

/** Fits the flow to the double well by reverse KL, heating it first so that both wells are found. */
export async function fitProposal(options: { readonly steps: number; readonly seed: number }): Promise<FittedFlow> {
  const { steps, seed } = options;
  const flow = createRegistry().use(coupling).build<FlowModel>(proposalSpec(seed));
  const { seconds } = await fitTarget(flow, doubleWell, {
    steps,
    seed,
    samples: 256,
    optimizer: { learningRate: 0.005 },
    average: null,
  });
  return { flow, seconds };
}
