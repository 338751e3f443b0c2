import { type BijectorDefinition, type Mapped, Random, sizeOf, stopGradient, type Shape } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { stackSchema, twoWayOptions, twoWaySchema, type TwoWayConfig } from '../two-way/definition.ts';
import { layersOf } from '../two-way/layers-of.ts';
import { TwoWayLayer, type Field, type Parameters, type TwoWayOptions } from '../two-way/two-way-layer.ts';

/** Options of {@link Radial}. */
export interface RadialOptions extends TwoWayOptions {
  /** Layers of the stack. Default: 1. */
  readonly layers?: number;
  /** μ of the constraint, in [0, 1): no direction is squeezed below this factor. Default: 0.001; the paper has 0. */
  readonly minimumSlope?: number;
  /** Draws the initial parameters. Default: seed 0. */
  readonly random?: Random;
}

/** Keeps 1 / (α + r) finite at the center. */
const SMALLEST_ALPHA = 1e-6;

/** Keeps the gradient of the norm finite at the center. */
const SMALLEST_SQUARED_RADIUS = 1e-24;

/**
 * A stack of K radial layers, each y = x + β̂ (x − c) / (α + r), r = ‖x − c‖.
 *
 * α = softplus(a) and β̂ = −α + γ, γ = μα + softplus(β), so that the layer is invertible for all values. With these the
 * radius becomes R = r (r + γ) / (α + r), and
 * log|det| = (D − 1) log((r + γ) / (α + r)) + log((r² + 2αr + αγ) / (α + r)²), in nats, where every term is positive.
 * The way back is the positive root of r² + (γ − R) r − αR = 0: **both directions are closed formulas**. `closed` says
 * which of them is the paper's.
 *
 * Variables: `center` `[K, D]`, `alpha` and `beta` `[K]`, unconstrained; with a conditioner, its variables, and these as
 * state.
 *
 * Rezende & Mohamed 2015, eq. 14 and appendix A.2.
 *
 * @throws E_RANK, E_EVENT_SHAPE, E_BATCH, E_CONTEXT, E_DTYPE, E_DISPOSED from both directions
 * @example
 * const layer = registry.bijector({ type: 'radial', layers: 4 }, { dataShape: [2] });
 * const { value: x, logDet } = layer.forward(z); // [batch, 2], [batch]
 */
export class Radial extends TwoWayLayer {
  readonly #layers: number;
  readonly #minimumSlope: number;

  constructor(options: RadialOptions) {
    const { layers = 1, minimumSlope = 0.001, random = new Random(0) } = options;
    super({
      ...options,
      type: 'radial',
      fields: radialFields(options.dataShape, { layers, random }),
      solving: 'exact',
    });
    this.#layers = layers;
    this.#minimumSlope = minimumSlope;
  }

  protected closedMap(input: tf.Tensor2D, parameters: Parameters, site: { readonly forward: boolean }): Mapped {
    return this.#run(input, this.#steps(parameters, site), (offset, shape) => {
      const radius = norm(offset);
      return { radius, factor: stretch(radius, shape), sign: 1 };
    });
  }

  protected solvedMap(input: tf.Tensor2D, parameters: Parameters, site: { readonly forward: boolean }): Mapped {
    return this.#run(input, this.#steps(parameters, site), (offset, shape) => {
      const radius = innerRadius(norm(offset), shape);
      return { radius, factor: tf.div(1, stretch(radius, shape)), sign: -1 };
    });
  }

  #run(
    input: tf.Tensor2D,
    steps: readonly Step[],
    scaled: (offset: tf.Tensor, shape: RadialShape) => { radius: tf.Tensor; factor: tf.Tensor; sign: 1 | -1 },
  ): Mapped {
    let value: tf.Tensor = input;
    const logDets: tf.Tensor[] = [];
    for (const { center, ...shape } of steps) {
      const offset = tf.sub(value, center);
      const { radius, factor, sign } = scaled(offset, shape);
      logDets.push(tf.mul(logDetAt(radius, shape, this.size), sign));
      value = tf.add(center, tf.mul(offset, tf.expandDims(factor, 1)));
    }
    return { value, logDet: tf.addN(logDets) };
  }

  /** The layers in the order in which they run, the first at the data side. */
  #steps(parameters: Parameters, { forward }: { readonly forward: boolean }): Step[] {
    const centers = layersOf(parameters['center']!);
    const alpha = tf.add(tf.softplus(parameters['alpha']!), SMALLEST_ALPHA);
    const gamma = tf.add(tf.softplus(parameters['beta']!), tf.mul(alpha, this.#minimumSlope));
    const [alphas, gammas] = [layersOf(alpha), layersOf(gamma)];
    const inOrder = Array.from({ length: this.#layers }, (_, k) => ({
      center: centers[k]!,
      alpha: alphas[k]!,
      gamma: gammas[k]!,
    }));
    return forward ? inOrder.toReversed() : inOrder;
  }
}

/** α > 0 and γ = α + β̂ > 0, `[rows]`. */
interface RadialShape {
  readonly alpha: tf.Tensor;
  readonly gamma: tf.Tensor;
}

interface Step extends RadialShape {
  /** `[rows, D]`. */
  readonly center: tf.Tensor;
}

function norm(offset: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.square(offset), 1), SMALLEST_SQUARED_RADIUS));
}

/** 1 + β̂ / (α + r) = (r + γ) / (α + r). */
function stretch(radius: tf.Tensor, { alpha, gamma }: RadialShape): tf.Tensor {
  return tf.div(tf.add(radius, gamma), tf.add(radius, alpha));
}

/** (D − 1) log R/r + log dR/dr, both quotients of positive sums. */
function logDetAt(radius: tf.Tensor, shape: RadialShape, size: number): tf.Tensor {
  const { alpha, gamma } = shape;
  const sum = tf.add(radius, alpha);
  // (r² + 2αr + αγ) / (α + r)² = r/(α + r) · (1 + α/(α + r)) + (α/(α + r)) · (γ/(α + r)), without squares of large radii.
  const inner = tf.div(alpha, sum);
  const slope = tf.add(tf.mul(tf.div(radius, sum), tf.add(1, inner)), tf.mul(inner, tf.div(gamma, sum)));
  return tf.add(tf.mul(tf.log(stretch(radius, shape)), size - 1), tf.log(slope));
}

/** The positive root of r² + (γ − R) r − αR = 0, by the form of the formula that does not cancel. */
function innerRadius(outer: tf.Tensor, { alpha, gamma }: RadialShape): tf.Tensor {
  const b = tf.sub(gamma, outer);
  const product = tf.mul(alpha, outer);
  const sum = tf.add(tf.sqrt(tf.add(tf.square(b), tf.mul(product, 4))), tf.abs(b));
  const rising = stopGradient(tf.step(b));
  const whenRising = tf.div(tf.mul(product, 2), sum);
  return tf.add(tf.mul(rising, whenRising), tf.mul(tf.sub(1, rising), tf.mul(sum, 0.5)));
}

/** The fields of a stack, in the order in which a conditioner gives them. */
export function radialFields(
  dataShape: Shape,
  { layers, random }: { readonly layers: number; readonly random: Random },
): Field[] {
  const size = sizeOf(dataShape);
  const small = (name: string): Float32Array =>
    random
      .fork(name)
      .normals(layers)
      .map((value) => 0.1 * value);
  return [
    { name: 'center', shape: [layers, size], start: random.fork('center').normals(layers * size) },
    { name: 'alpha', shape: [layers], start: small('alpha') },
    { name: 'beta', shape: [layers], start: small('beta') },
  ];
}

interface RadialConfig extends TwoWayConfig {
  readonly layers: number;
}

/** The registry's entry for `radial`. */
export const radialDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description:
      'A stack of radial layers, which contract or expand around a point; closed formulas in both directions.',
    properties: { ...stackSchema, ...twoWaySchema },
  },
  create(config: RadialConfig, build) {
    const { layers, minimumSlope } = config;
    const { random } = build;
    const shared = twoWayOptions(config, build, radialFields(build.dataShape, { layers, random }));
    return new Radial({ ...shared, layers, minimumSlope, random });
  },
};
