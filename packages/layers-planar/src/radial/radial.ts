import { type BijectorDefinition, type Mapped, Random, sizeOf, type Shape } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { stackSchema, twoWayOptions, twoWaySchema, type TwoWayConfig } from '../two-way/definition.ts';
import { runsOnArrays, type StackSite } from '../two-way/stack-on-arrays.ts';
import {
  TwoWayLayer,
  type Field,
  type Parameters,
  type ParameterSource,
  type TwoWayOptions,
} from '../two-way/two-way-layer.ts';
import { runOperation } from '../wasm/operation.ts';
import { radialOperation } from './radial-operation.ts';
import { radialOnArrays, radialOnTensors } from './radial-stack.ts';

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

/**
 * A stack of K radial layers, each y = x + β̂ (x − c) / (α + r), r = ‖x − c‖.
 *
 * α = softplus(a) and β̂ = −α + γ, γ = μα + softplus(β), so that the layer is invertible for all values. With these the
 * radius becomes R = r (r + γ) / (α + r), and
 * log|det| = (D − 1) log((r + γ) / (α + r)) + log((r² + 2αr + αγ) / (α + r)²), in nats, where every term is positive.
 * The way back is the positive root of r² + (γ − R) r − αR = 0: **both directions are closed formulas**. `closed` says
 * which of them is the paper's.
 *
 * On `wasm` the stack is one operation, the constraint and all gradients included; on `cpu` it is one over typed arrays.
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
  readonly #minimumSlope: number;

  constructor(options: RadialOptions) {
    const { layers = 1, minimumSlope = 0.001, random = new Random(0) } = options;
    super({
      ...options,
      type: 'radial',
      fields: radialFields(options.dataShape, { layers, random }),
      solving: 'exact',
    });
    this.#minimumSlope = minimumSlope;
  }

  protected run(input: tf.Tensor2D, parameters: Parameters, site: StackSite, source: ParameterSource): Mapped {
    const attributes = { ...site, minimumSlope: this.#minimumSlope };
    // Variables as they are: each reshaping of them is one more operation.
    const given = source.raw === null ? source.start : parameters;
    const inputs = [input, given['center']!, given['alpha']!, given['beta']!];
    const found = input.size > 0 ? runOperation(radialOperation, inputs, attributes) : null;
    if (found !== null) return { value: found[0], logDet: found[1] };
    const { center, alpha: a, beta } = parameters;
    const alpha = tf.add(tf.softplus(a!), SMALLEST_ALPHA);
    const gamma = tf.add(tf.softplus(beta!), tf.mul(alpha, this.#minimumSlope));
    const stack = { input, center: center!, alpha, gamma };
    return input.size > 0 && !runsOnArrays() ? radialOnTensors(stack, site) : radialOnArrays(stack, site);
  }
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
