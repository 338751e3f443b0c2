import { readBase } from './bases.ts';
import { couplingLayers } from './coupling.ts';
import { variationalDequantization } from './dequantization.ts';
import { elementwiseLayers } from './elementwise.ts';
import { glowLayers } from './glow.ts';
import { lookUp, sequence, sizeOf, type Config, type Layer, type Mapped, type Site } from './layer.ts';
import { autoregressiveLayers } from './masked-autoregressive.ts';
import { multiScale } from './multi-scale.ts';
import { readImageLogProb } from './pixelcnn.ts';
import { readSignalLogProb, signalLayers, type LevelsLogProb } from './signals.ts';
import { structuralLayers } from './structural.ts';
import { Weights, type Shape } from './weights.ts';

type ListEntry = Config | { readonly repeat: number; readonly layers: readonly ListEntry[] };

interface ListConfig {
  readonly layers: readonly ListEntry[];
}

interface MultiScaleConfig {
  readonly keep: 'first' | 'second';
  readonly levels: readonly ListConfig[];
}

const layers = {
  ...elementwiseLayers,
  ...structuralLayers,
  ...couplingLayers,
  ...autoregressiveLayers,
  ...glowLayers,
  ...signalLayers,
  'multi-scale': ({ keep, levels }: MultiScaleConfig, { dataShape, weights }: Site): Layer =>
    multiScale(dataShape, keep, levels.length, (shape, level) =>
      chainOf(expand(levels[level]!.layers), 0, { dataShape: shape, weights: weights.under(`levels.${level}`) }, ''),
    ),
  chain: ({ layers: list }: ListConfig, site: Site): Layer => chainOf(expand(list), 0, site),
  invert({ bijector }: { readonly bijector: Config }, { dataShape, weights }: Site): Layer {
    const layer: Layer = lookUp<Layer>(layers, bijector, { dataShape, weights: weights.under('bijector') });
    return {
      latentShape: dataShape,
      forward: (z, context) => layer.inverse(z, context),
      inverse: (x, context) => layer.forward(x, context),
    };
  },
};

/** Writes repeat groups out. */
function expand(list: readonly ListEntry[]): Config[] {
  return list.flatMap((entry) =>
    'repeat' in entry ? Array.from({ length: entry.repeat }, () => expand(entry.layers)).flat() : [entry],
  );
}

/** Layers from the data side to the latent side, named `layers.<index>` counted from `first`, or by another prefix. */
function chainOf(
  configs: readonly Config[],
  first: number,
  { dataShape, weights }: Site,
  prefix: string = 'layers.',
): Layer {
  const chain: Layer[] = [];
  let shape = dataShape;
  for (const [index, config] of configs.entries()) {
    const layer = lookUp<Layer>(layers, config, {
      dataShape: shape,
      weights: weights.under(`${prefix}${first + index}`),
    });
    chain.push(layer);
    shape = layer.latentShape;
  }
  return sequence(chain, dataShape);
}

/** What the reference reads of a normalised spec. */
export interface FlowSpec {
  readonly event: Shape;
  readonly context?: number;
  readonly model: Config;
}

/** What a density may depend on beside the data. */
export interface Given {
  readonly context?: Float64Array | undefined;
  /** The logistic noise of a `variational-dequantize`. */
  readonly noise?: Float64Array | undefined;
}

/**
 * A saved flow in float64, one example at a time, without tfjs.
 *
 * A dequantization is left out of both maps with all that is before it, since its noise belongs to the model: `inverse`
 * starts at the continuous value behind it. So does `logProb` for a `dequantize`, whose log-det −D log K it adds; for a
 * `variational-dequantize` it takes the integers, and the noise from which the layer makes its own.
 */
export interface ReferenceFlow {
  readonly type: 'flow';
  /** The layer that dequantizes, counted from the data; null without one. */
  readonly dequantization: {
    readonly at: number;
    readonly levels: number;
    readonly noise: 'uniform' | 'logistic';
  } | null;
  readonly inverse: (x: Float64Array, context?: Float64Array) => Mapped;
  readonly forward: (z: Float64Array, context?: Float64Array) => Mapped;
  readonly logProb: (x: Float64Array, given?: Given) => number;
}

/** A saved model of images or signals with integer levels in float64, one example at a time. */
export interface ReferenceDiscreteModel {
  readonly type: 'discrete';
  readonly logProb: LevelsLogProb;
}

const discrete = { pixelcnn: readImageLogProb, 'gated-pixelcnn': readImageLogProb, wavenet: readSignalLogProb };

/** Builds the reference of a saved flow from a spec with all defaults written out and the bytes of its weights. */
export function readFlow(spec: FlowSpec, bytes: Uint8Array): ReferenceFlow {
  const model = spec.model as Config & ListConfig & { readonly base: Config };
  if (model.type !== 'flow') throw new Error('the float64 reference takes this for a flow');
  const weights = Weights.parse(bytes);
  const configs = expand(model.layers);
  const at = configs.findIndex(({ type }) => type === 'dequantize' || type === 'variational-dequantize');
  const integers = chainOf(configs.slice(0, Math.max(at, 0)), 0, { dataShape: spec.event, weights });
  const dataShape = integers.latentShape;
  const noisy = configs[at] as (Config & { readonly levels: number }) | undefined;
  const variational =
    noisy?.type === 'variational-dequantize' &&
    variationalDequantization(noisy as never, { dataShape, weights: weights.under(`layers.${at}`) });
  const chain = chainOf(configs.slice(at + 1), at + 1, { dataShape, weights });
  const base = readBase(model.base, weights.under('base'));
  assertAllRead(weights);
  const cells = noisy === undefined || variational ? 0 : sizeOf(spec.event) * Math.log(noisy.levels);
  return {
    type: 'flow',
    dequantization:
      noisy === undefined ? null : { at, levels: noisy.levels, noise: variational ? 'logistic' : 'uniform' },
    inverse: chain.inverse,
    forward: chain.forward,
    logProb(x, { context, noise: drawn } = {}) {
      const { value: start, logDet: own } = variational
        ? variational(integers.inverse(x).value, drawn!, context)
        : { value: x, logDet: -cells };
      const { value: z, logDet } = chain.inverse(start, context);
      return base(z) + logDet + own;
    },
  };
}

/** Builds the reference of a saved model, whatever it is. */
export function readModel(spec: FlowSpec, bytes: Uint8Array): ReferenceFlow | ReferenceDiscreteModel {
  const { model, event } = spec;
  if (model.type === 'flow') return readFlow(spec, bytes);
  const weights = Weights.parse(bytes);
  const read = discrete[model.type as keyof typeof discrete];
  if (read === undefined) throw new Error(`the float64 reference does not know "${model.type}"`);
  const logProb = read(model, event, weights);
  assertAllRead(weights);
  return { type: 'discrete', logProb };
}

function assertAllRead(weights: Weights): void {
  const forgotten = weights.unread();
  if (forgotten.length > 0) throw new Error(`the float64 reference makes no use of ${forgotten.join(', ')}`);
}
