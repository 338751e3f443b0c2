import type { ConditionerDefinition, PartConfig } from '@flowzoo/core';
import { madeSchema, type MadeConfig } from './config.ts';
import { Made } from './made.ts';

/** The registry's entry for `made`. */
export const madeDefinition: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A masked network: the parameters of a feature depend on the features before it and on the context.',
    properties: madeSchema,
  },
  create: (config: PartConfig & MadeConfig, build) => new Made(config.type, config, build),
};
