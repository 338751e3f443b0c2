import { readBase, type LogDensity } from './bases.ts';
import { couplingLayers } from './coupling.ts';
import { elementwiseLayers } from './elementwise.ts';
import { lookUp, sizeOf, type Config, type Layer, type Mapped, type Site } from './layer.ts';
import { structuralLayers } from './structural.ts';
import { Weights, type Shape } from './weights.ts';

type ListEntry = Config | { readonly repeat: number; readonly layers: readonly ListEntry[] };

interface ListConfig {
  readonly layers: readonly ListEntry[];
}

const layers = {
  ...elementwiseLayers,
  ...structuralLayers,
  ...couplingLayers,
  chain: ({ layers: list }: ListConfig, site: Site): Layer => chainOf(expand(list), 0, site),
  invert({ bijector }: { readonly bijector: Config }, { dataShape, weights }: Site): Layer {
    const layer: Layer = lookUp<Layer>(layers, bijector, { dataShape, weights: weights.under('bijector') });
    return { latentShape: dataShape, forward: (z) => layer.inverse(z), inverse: (x) => layer.forward(x) };
  },
};

/** Writes repeat groups out. */
function expand(list: readonly ListEntry[]): Config[] {
  return list.flatMap((entry) =>
    'repeat' in entry ? Array.from({ length: entry.repeat }, () => expand(entry.layers)).flat() : [entry],
  );
}

/** Layers from the data side to the latent side, named `layers.<index>` counted from `first`. */
function chainOf(configs: readonly Config[], first: number, { dataShape, weights }: Site): Layer {
  const chain: Layer[] = [];
  let shape = dataShape;
  for (const [index, config] of configs.entries()) {
    const layer = lookUp<Layer>(layers, config, {
      dataShape: shape,
      weights: weights.under(`layers.${first + index}`),
    });
    chain.push(layer);
    shape = layer.latentShape;
  }
  return {
    latentShape: shape,
    inverse: (x) => through(chain, x, (layer, value) => layer.inverse(value)),
    forward: (z) => through(chain.toReversed(), z, (layer, value) => layer.forward(value)),
  };
}

function through(
  chain: readonly Layer[],
  start: Float64Array,
  step: (layer: Layer, value: Float64Array) => Mapped,
): Mapped {
  return chain.reduce<Mapped>(
    ({ value, logDet }, layer) => {
      const next = step(layer, value);
      return { value: next.value, logDet: logDet + next.logDet };
    },
    { value: start, logDet: 0 },
  );
}

/** What the reference reads of a normalised spec. */
export interface FlowSpec {
  readonly event: Shape;
  readonly context?: number;
  readonly model: Config;
}

/**
 * A saved flow in float64, one example at a time, without tfjs.
 *
 * A leading `dequantize` is left out of both maps, since its noise belongs to the model: `inverse` and `logProb` start at
 * the continuous value behind it, and its log-det −D log K is in `logProb` alone.
 */
export interface ReferenceFlow {
  /** K of the leading `dequantize`; null without one. */
  readonly levels: number | null;
  readonly inverse: (x: Float64Array) => Mapped;
  readonly forward: (z: Float64Array) => Mapped;
  readonly logProb: LogDensity;
}

/** Builds the reference of a saved flow from a spec with all defaults written out and the bytes of its weights. */
export function readFlow(spec: FlowSpec, bytes: Uint8Array): ReferenceFlow {
  const model = spec.model as Config & ListConfig & { readonly base: Config };
  if (model.type !== 'flow' || (spec.context ?? 0) > 0) throw new Error('the float64 reference knows plain flows only');
  const weights = Weights.parse(bytes);
  const configs = expand(model.layers);
  const [first] = configs;
  const levels = first?.type === 'dequantize' ? (first as Config & { readonly levels: number }).levels : null;
  const skipped = levels === null ? 0 : 1;
  const chain = chainOf(configs.slice(skipped), skipped, { dataShape: spec.event, weights });
  const base = readBase(model.base, weights.under('base'));
  const forgotten = weights.unread();
  if (forgotten.length > 0) throw new Error(`the float64 reference makes no use of ${forgotten.join(', ')}`);
  return {
    levels,
    inverse: chain.inverse,
    forward: chain.forward,
    logProb(x) {
      const { value: z, logDet } = chain.inverse(x);
      return base(z) + logDet - (levels === null ? 0 : sizeOf(spec.event) * Math.log(levels));
    },
  };
}
