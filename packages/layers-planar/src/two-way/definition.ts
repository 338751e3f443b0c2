import type { BijectorBuild, Conditioner, JsonSchema, PartConfig, Shape } from '@flowzoo/core';
import { parameterCount, type ClosedDirection, type Field, type TwoWayOptions } from './two-way-layer.ts';

/** The options that all layers of this package share, as a spec gives them. */
export interface TwoWayConfig extends PartConfig {
  readonly closed: ClosedDirection;
  readonly minimumSlope: number;
  readonly conditioner?: PartConfig;
}

/** Schema of the shared options. */
export const twoWaySchema: JsonSchema = {
  closed: {
    enum: ['forward', 'inverse'],
    default: 'forward',
    description:
      'The direction of the closed formula: "forward" (latent to data) for variational use, "inverse" (data to latent) for maximum likelihood. The other direction solves an equation.',
  },
  minimumSlope: {
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.001,
    description: 'How far the constraint keeps the layer from being singular; 0 is the formula of the paper.',
  },
  conditioner: {
    part: 'conditioner',
    description:
      'From the context to all parameters of the layer, per example; absent: the parameters are trained variables.',
  },
};

/** Schema of the number of layers in a stack. */
export const stackSchema: JsonSchema = {
  layers: {
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'How many layers run as this one bijector; the first is at the data side.',
  },
};

/** The shared options of the constructor, the conditioner built. */
export function twoWayOptions(
  config: TwoWayConfig,
  build: BijectorBuild,
  fields: readonly Pick<Field, 'shape'>[],
): Required<Pick<TwoWayOptions, 'dataShape' | 'path' | 'closed'>> & { conditioner: Conditioner | undefined } {
  const { dataShape, path } = build;
  return { dataShape, path, closed: config.closed, conditioner: conditionerFor(config, build, fields) };
}

function conditionerFor(
  { conditioner }: TwoWayConfig,
  build: BijectorBuild,
  fields: readonly { readonly shape: Shape }[],
): Conditioner | undefined {
  if (conditioner === undefined) return undefined;
  return build.conditioner(conditioner, {
    name: 'conditioner',
    inputShape: [0],
    outputShape: [parameterCount(fields)],
  });
}
