import type { Shape, Weights } from './weights.ts';

/** The other side of a map for one example, row-major, and log|det| of the direction that was taken. */
export interface Mapped {
  readonly value: Float64Array;
  readonly logDet: number;
}

/** A bijector in float64, one example at a time: forward is latent → data, inverse is data → latent. */
export interface Layer {
  readonly latentShape: Shape;
  forward(z: Float64Array, context?: Float64Array): Mapped;
  inverse(x: Float64Array, context?: Float64Array): Mapped;
}

/** Where a layer stands: the shape of its data and the arrays that belong to it. */
export interface Site {
  readonly dataShape: Shape;
  readonly weights: Weights;
}

/** One layer after the other, in the order of the list; log-dets are summed. */
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

/** Layers from the data side to the latent side as one. */
export function sequence(chain: readonly Layer[], dataShape: Shape): Layer {
  return {
    latentShape: chain.at(-1)?.latentShape ?? dataShape,
    inverse: (x, context) => through(chain, x, (layer, value) => layer.inverse(value, context)),
    forward: (z, context) => through(chain.toReversed(), z, (layer, value) => layer.forward(value, context)),
  };
}

/** A part of a spec. */
export interface Config {
  readonly type: string;
}

/** Looks a part up in a table of readers; the options of each are what its schema says. */
export function lookUp<Result>(
  table: Readonly<Record<string, (config: never, site: never) => Result>>,
  config: Config,
  site: unknown,
): Result {
  const read = table[config.type];
  if (read === undefined) throw new Error(`the float64 reference does not know "${config.type}"`);
  return read(config as never, site as never);
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}
