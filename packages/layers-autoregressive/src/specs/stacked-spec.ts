import { FlowzooError, type LayerConfig, type ModelSpec, type Shape } from '@flowzoo/core';
import { madeSchema, type MadeConfig } from '../made/config.ts';

/** A layer with whatever options its type has. */
export type Layer = LayerConfig & Readonly<Record<string, unknown>>;

/** What every builder of a stack of masked layers takes. */
export interface StackOptions {
  /** Event shape of the data; the masked layers flatten it. */
  readonly event: Shape;
  /** Width of the context. Default: 0. */
  readonly context?: number;
  /** Layers at the data side, before the first masked one: dequantization, a logit, "flatten". Default: none. */
  readonly preprocessing?: readonly Layer[];
  /**
   * `alternating`: natural, then reversed, then natural, …, as in the paper of MAF; `random`: drawn for every layer.
   * Default: `alternating`.
   */
  readonly orders?: 'alternating' | 'random';
  /** Seed of the initial weights, of random orders and degrees. Default: 0. */
  readonly seed?: number;
}

/** Options of the masked networks that a builder passes on to every layer; what is left out has the layer's default. */
export type NetworkOptions = Partial<Omit<MadeConfig, 'order' | 'blocks' | 'context'>>;

const NETWORK_KEYS = Object.keys(madeSchema).filter((key) => !['order', 'blocks', 'context'].includes(key));

/** Those of the options that are of the network. */
export function networkOf(options: NetworkOptions): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => NETWORK_KEYS.includes(key)));
}

/** The spec of `steps` masked layers with alternating or random orders, each followed by the layers of `between`. */
export function stackedSpec(
  options: StackOptions,
  stack: { readonly steps: number; readonly layer: Layer; readonly between?: readonly Layer[] },
): ModelSpec {
  const { event, context = 0, preprocessing = [], orders = 'alternating', seed = 0 } = options;
  const { steps, layer, between = [] } = stack;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new FlowzooError('E_OPTION', 'a stack has one layer or more', {
      at: 'steps',
      expected: 'a positive whole number',
      found: String(steps),
    });
  }
  const step = (order: string): readonly Layer[] => [{ ...layer, order } as Layer, ...between];
  const pair = orders === 'random' ? step('random') : [...step('natural'), ...step('reversed')];
  const length = orders === 'random' ? 1 : 2;
  const [repeats, rest] = [Math.floor(steps / length), steps % length];
  const layers: LayerConfig[] = [...preprocessing];
  if (repeats > 0) layers.push({ repeat: repeats, layers: pair });
  if (rest > 0) layers.push(...step('natural'));
  return {
    format: 'flowzoo/model',
    version: 1,
    event,
    ...(context > 0 && { context }),
    seed,
    model: { type: 'flow', layers } as ModelSpec['model'],
  };
}
