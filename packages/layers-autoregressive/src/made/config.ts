import {
  activationSchema,
  endSchema,
  initializationSchema,
  outputSchema,
  type ActivationConfig,
  type EndConfig,
  type InitializationConfig,
  type Injection,
  type JsonSchema,
  type OutputConfig,
} from '@flowzoo/core';
import { orderSchema, type OrderOption } from '../orders/order-option.ts';
import type { DegreeRule } from './degrees.ts';

/** Configuration of a masked network, defaults filled in. */
export interface MadeConfig extends ActivationConfig, InitializationConfig, OutputConfig {
  /** Widths of the hidden layers; in the residual forms one block per entry, all of one width. */
  readonly hidden: readonly number[];
  readonly blocks: 'feedforward' | 'residual' | 'residual-preactivation';
  readonly order: OrderOption;
  readonly degrees: DegreeRule;
  /** Connect every feature to the outputs that depend on it. */
  readonly direct: boolean;
  /** Probability that a hidden unit is dropped while training. */
  readonly dropout: number;
  readonly context: Injection;
  /** How the second layer of each block starts. */
  readonly blockEnd: EndConfig;
  readonly lastLayer: EndConfig;
}

/** Schema properties of {@link MadeConfig}. */
export const madeSchema: JsonSchema = {
  hidden: {
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    default: [64, 64],
    description:
      'Widths of the hidden layers; an empty list makes an affine map. In the residual forms one block of two layers per entry, all of one width.',
  },
  blocks: {
    enum: ['feedforward', 'residual', 'residual-preactivation'],
    default: 'feedforward',
    description:
      'Plain layers, or residual blocks behind a first layer: a(h + W₂·a(W₁·h)), or h + W₂·a(W₁·a(h)) (Durkan et al. 2019).',
  },
  order: orderSchema,
  degrees: {
    enum: ['sequential', 'random'],
    default: 'sequential',
    description: 'Degrees of the hidden units: evenly spread, or drawn once; saved either way.',
  },
  direct: {
    type: 'boolean',
    default: false,
    description:
      'Connect every feature to the outputs that depend on it, by a masked affine map without hidden layers.',
  },
  ...activationSchema,
  dropout: {
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: 'Probability that a hidden unit (of a residual form: inside a block) is dropped while training.',
  },
  context: {
    enum: ['add', 'add-activated', 'glu'],
    default: 'add',
    description:
      'How a context enters: added to the first layer (linearly, which is what concatenation does, or through the nonlinearity), or as a gate on every hidden layer or block.',
  },
  ...initializationSchema,
  blockEnd: endSchema(
    { initialization: 'uniform', scale: 0.001 },
    'How the second layer of each residual block starts.',
  ),
  lastLayer: endSchema({ initialization: 'zero', scale: 0.01 }, 'How the last layer, and direct connections, start.'),
  ...outputSchema,
};
