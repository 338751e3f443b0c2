import {
  core,
  type BijectorBuild,
  type BijectorDefinition,
  type JsonSchema,
  type PartConfig,
  type TransformerDefinition,
} from '@flowzoo/core';
import { maskSchema, partitionOf, type MaskOptions } from '../masks/mask.ts';
import { Coupling } from './coupling.ts';

interface CouplingConfig extends PartConfig, MaskOptions {
  readonly conditioner: PartConfig;
  readonly unconditional?: PartConfig;
}

const commonProperties: JsonSchema = {
  ...maskSchema,
  conditioner: {
    part: 'conditioner',
    description: 'The network from what stays to the parameters of what changes.',
  },
  unconditional: {
    part: 'transformer',
    description: 'Transforms what stays as well, by trained parameters that depend on nothing; absent: it stays.',
  },
};

/** A mask, a conditioner and any transformer. */
export const couplingDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A coupling layer: what stays drives the bijection of what changes.',
    properties: {
      ...commonProperties,
      transformer: {
        part: 'transformer',
        default: { type: 'affine' },
        description: 'The scalar bijection of what changes.',
      },
    },
    required: ['conditioner'],
  },
  create: (config: CouplingConfig & { readonly transformer: PartConfig }, build) =>
    createCoupling(config, config.transformer, build),
};

/** A coupling whose transformer is fixed, and whose options stand beside the mask. */
export function couplingOf(type: 'additive' | 'affine' | 'rational-quadratic-spline'): BijectorDefinition {
  const transformer = core.transformers![type] as TransformerDefinition;
  const { description, properties } = transformer.schema as { description: string; properties: JsonSchema };
  return {
    version: 1,
    schema: {
      type: 'object',
      description: `A coupling layer with the ${type} transformer. ${description}`,
      properties: { ...commonProperties, ...properties },
      required: ['conditioner'],
    },
    create(config: CouplingConfig, build) {
      const own = Object.entries(config).filter(([key]) => key in properties);
      return createCoupling(config, { ...Object.fromEntries(own), type }, build);
    },
  };
}

function createCoupling(config: CouplingConfig, transformerConfig: PartConfig, build: BijectorBuild): Coupling {
  const { dataShape, path } = build;
  const partition = partitionOf(dataShape, config, path);
  const { keptShape, changedShape } = partition;
  const transformer = build.transformer(transformerConfig, { name: 'transformer', eventShape: changedShape });
  const channels = changedShape.at(-1)! * transformer.parameterCount;
  const conditioner = build.conditioner(config.conditioner, {
    name: 'conditioner',
    inputShape: keptShape,
    outputShape: [...changedShape.slice(0, -1), channels],
  });
  const unconditional =
    config.unconditional === undefined
      ? {}
      : { unconditional: build.transformer(config.unconditional, { name: 'unconditional', eventShape: keptShape }) };
  return new Coupling({ type: config.type, path, dataShape, partition, transformer, conditioner, ...unconditional });
}
