import type { Bijector } from '../contracts/bijector.ts';
import type { Distribution } from '../contracts/distribution.ts';
import type { Part } from '../contracts/part.ts';
import { sizeOf, type Shape } from '../contracts/shape.ts';
import type { Flow } from './flow.ts';

/** One layer of a flow, as `flowzoo show` prints it. */
export interface LayerSummary {
  /** Path in the spec. */
  readonly path: string;
  readonly type: string;
  readonly dataShape: Shape;
  readonly latentShape: Shape;
  /** Number of trained numbers. */
  readonly parameters: number;
  readonly passes: { readonly forward: number; readonly inverse: number };
  readonly method: { readonly forward: string; readonly inverse: string };
}

/** What a model is made of. */
export interface ModelSummary {
  readonly type: string;
  readonly event: Shape;
  readonly contextSize: number;
  /** Number of trained numbers in all. */
  readonly parameters: number;
  /** True when `logProb` is a lower bound. */
  readonly bound: boolean;
  /** Conditioner evaluations of a draw and of a score; null when the model is no flow. */
  readonly passes: { readonly forward: number; readonly inverse: number } | null;
  /** The base of a flow; null when the model is none. */
  readonly base: { readonly type: string; readonly event: Shape; readonly parameters: number } | null;
  /** From the data side; empty when the model is no flow. */
  readonly layers: readonly LayerSummary[];
  /** Trained variables by name, in order. */
  readonly variables: readonly { readonly name: string; readonly shape: Shape }[];
}

/**
 * Layers, shapes, parameters and passes of a model, as a plain object.
 *
 * @example
 * describeModel(flow).parameters; // 142104
 */
export function describeModel(model: Distribution): ModelSummary {
  const flow = isFlow(model) ? model : null;
  return {
    type: model.type,
    event: model.eventShape,
    contextSize: model.contextSize,
    parameters: countParameters(model),
    bound: model.lowerBound,
    passes: flow?.traits.passes ?? null,
    base:
      flow === null
        ? null
        : { type: flow.base.type, event: flow.base.eventShape, parameters: countParameters(flow.base) },
    layers: flow?.layers.map(describeLayer) ?? [],
    variables: [...model.variables].map(([name, variable]) => ({ name, shape: variable.shape })),
  };
}

/** Whether a distribution is a flow, whichever copy of core built it. */
export function isFlow(model: Distribution): model is Flow {
  return model.type === 'flow' && 'layers' in model && 'base' in model;
}

/** Number of trained numbers of a part. */
export function countParameters(part: Part): number {
  return [...part.variables.values()].reduce((sum, variable) => sum + sizeOf(variable.shape), 0);
}

function describeLayer(layer: Bijector): LayerSummary {
  return {
    path: layer.path,
    type: layer.type,
    dataShape: layer.dataShape,
    latentShape: layer.latentShape,
    parameters: countParameters(layer),
    passes: layer.traits.passes,
    method: layer.traits.method,
  };
}
