import { readConditioner } from './conditioner.ts';
import { sizeOf, type Config, type Layer, type Mapped, type Site } from './layer.ts';
import { along, readTransformer, type Scalars } from './transformer.ts';

interface CouplingConfig extends Config {
  readonly conditioner: Config;
  readonly unconditional?: Config;
}

/** Flat indices of what stays and what changes, and how the conditioner sees them. */
interface Division {
  readonly kept: readonly number[];
  readonly changed: readonly number[];
  /** From an event to the input of the conditioner. */
  readonly input: (event: Float64Array) => Float64Array;
  /** Where the parameters of each changed element stand, counted in elements. */
  readonly slots: readonly number[];
  /** How many changed elements share a last axis. */
  readonly features: number;
}

/** x_I = z_I, x_T = g(z_T; θ(x_I)) (Dinh et al. 2015, section 3.2; Dinh et al. 2017, eq. 7). */
function coupling(config: CouplingConfig, transformerConfig: Config, { dataShape, weights }: Site): Layer {
  const { kept, changed, input, slots, features } = divide({ dataShape, weights });
  const network = readConditioner(config.conditioner, weights.under('conditioner'));
  const transformer = readTransformer(transformerConfig, weights.under('transformer'));
  const p = transformer.parameterCount;
  const parametersOf = (event: Float64Array): Float64Array => {
    const output = network(input(event));
    return Float64Array.from(slots.flatMap((slot) => [...output.subarray(slot * p, (slot + 1) * p)]));
  };
  const own = config.unconditional && readTransformer(config.unconditional, weights.under('unconditional'));
  // One set per feature, which pixels share.
  const shared = own && weights.get('unconditionalParameters');
  const free =
    shared && Float64Array.from({ length: kept.length * own.parameterCount }, (_, i) => shared[i % shared.length]!);
  const ownFeatures = shared === undefined ? 0 : shared.length / own!.parameterCount;
  return {
    latentShape: dataShape,
    inverse(x) {
      const z = Float64Array.from(x);
      let logDet = store(z, changed, along('inverse', transformer, pick(x, changed), parametersOf(x), features));
      if (own && free) logDet += store(z, kept, along('inverse', own, pick(x, kept), free, ownFeatures));
      return { value: z, logDet };
    },
    forward(z): Mapped {
      const x = Float64Array.from(z);
      let logDet = 0;
      if (own && free) logDet += store(x, kept, along('forward', own, pick(z, kept), free, ownFeatures));
      logDet += store(x, changed, along('forward', transformer, pick(z, changed), parametersOf(x), features));
      return { value: x, logDet };
    },
  };
}

function divide({ dataShape, weights }: Site): Division {
  const length = dataShape.at(-1)!;
  const size = sizeOf(dataShape);
  if (weights.has('mask')) {
    // Pixels: both parts keep the image's shape, with zeros where the other part is.
    const mask = weights.get('mask');
    const staying = Array.from({ length: size }, (_, i) => mask[Math.floor(i / length)] === 1);
    const all = Array.from({ length: size }, (_, i) => i);
    const changed = all.filter((i) => !staying[i]);
    return {
      kept: all.filter((i) => staying[i]),
      changed,
      input: (event) => event.map((value, i) => (staying[i] ? value : 0)),
      slots: changed,
      features: length,
    };
  }
  const onLastAxis = (list: Float64Array): number[] =>
    Array.from({ length: size / length }, (_, row) => Array.from(list, (index) => row * length + index)).flat();
  const kept = onLastAxis(weights.get('identity'));
  const changed = onLastAxis(weights.get('transform'));
  const features = weights.get('transform').length;
  return { kept, changed, input: (event) => pick(event, kept), slots: changed.map((_, place) => place), features };
}

/** The elements at these places. */
export function pick(event: Float64Array, indices: readonly number[]): Float64Array {
  return Float64Array.from(indices, (index) => event[index]!);
}

/** Puts values in their places; returns the sum of the log-derivatives. */
export function store(event: Float64Array, indices: readonly number[], { value, logDerivative }: Scalars): number {
  indices.forEach((index, place) => (event[index] = value[place]!));
  return logDerivative.reduce((sum, log) => sum + log, 0);
}

const couplingOf =
  (type: string) =>
  (config: CouplingConfig, site: Site): Layer =>
    coupling(config, { ...config, type }, site);

/** Readers of the coupling layers. */
export const couplingLayers = {
  'additive-coupling': couplingOf('additive'),
  'affine-coupling': couplingOf('affine'),
  'rational-quadratic-spline-coupling': couplingOf('rational-quadratic-spline'),
  coupling: (config: CouplingConfig & { readonly transformer: Config }, site: Site) =>
    coupling(config, config.transformer, site),
};
