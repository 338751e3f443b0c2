import { type BijectorDefinition, type Mapped, Random, sizeOf, type Shape } from '@flowzoo/core';
import type * as tf from '@tensorflow/tfjs';
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
import { activationFor, type Activation, type ActivationName } from './activation.ts';
import { constrain } from './constrain.ts';
import { planarOperation } from './planar-operation.ts';
import { planarOnArrays, planarOnTensors } from './planar-stack.ts';
import { scalarActivationFor, type ScalarActivation } from './scalar-activation.ts';

/** Options of {@link Planar}. */
export interface PlanarOptions extends TwoWayOptions {
  /** Layers of the stack. Default: 1. */
  readonly layers?: number;
  /** Default: `tanh`. */
  readonly activation?: ActivationName;
  /** Slope of `leaky-relu` for negative arguments. Default: 0.01. */
  readonly slope?: number;
  /** μ of the constraint, in [0, 1). Default: 0.001; the paper has 0. */
  readonly minimumSlope?: number;
  /** Draws the initial parameters. Default: seed 0. */
  readonly random?: Random;
}

/**
 * A stack of K planar layers, each y = x + û h(wᵀx + b) with log|det| = log(1 + h′(wᵀx + b) wᵀû), in nats.
 *
 * û is made from u so that the layer is invertible for every u, w and b (see {@link constrain}). The way back solves
 * a = t + (wᵀû) h(t) for a = wᵀy + b, a monotone scalar equation (in closed form for `leaky-relu`), and is
 * x = y − û h(t); its gradients are those of the implicit function theorem. `closed` says which way the formula runs.
 *
 * On `wasm` the stack is one operation, the constraint and all gradients included; on `cpu` it is one over typed arrays.
 *
 * Variables: `u` and `w`, `[K, D]`, and `b`, `[K]`; with a conditioner, its variables, and these as state.
 *
 * Rezende & Mohamed 2015, eq. 10 to 12 and appendix A.1.
 *
 * @throws E_RANK, E_EVENT_SHAPE, E_BATCH, E_CONTEXT, E_DTYPE, E_DISPOSED from both directions
 * @example
 * const layer = registry.bijector({ type: 'planar', layers: 8, closed: 'inverse' }, { dataShape: [2] });
 * const { value: z, logDet } = layer.inverse(x); // [batch, 2], [batch]
 */
export class Planar extends TwoWayLayer {
  readonly #activation: Activation;
  readonly #scalar: ScalarActivation;
  readonly #slope: number;
  readonly #minimumSlope: number;

  constructor(options: PlanarOptions) {
    const { layers = 1, minimumSlope = 0.001, random = new Random(0) } = options;
    const activation = activationFor(options.activation ?? 'tanh', options);
    super({
      ...options,
      type: 'planar',
      fields: planarFields(options.dataShape, { layers, random }),
      solving: activation.name === 'leaky-relu' ? 'exact' : 'iterative',
    });
    this.#activation = activation;
    this.#slope = options.slope ?? 0.01;
    this.#scalar = scalarActivationFor(activation.name, this.#slope);
    this.#minimumSlope = minimumSlope;
  }

  protected run(input: tf.Tensor2D, parameters: Parameters, site: StackSite, source: ParameterSource): Mapped {
    const { supremum, name } = this.#activation;
    const attributes = { ...site, activation: name, slope: this.#slope, minimumSlope: this.#minimumSlope };
    // Variables as they are: each reshaping of them is one more operation.
    const given = source.raw === null ? source.start : parameters;
    const found =
      input.size > 0 ? runOperation(planarOperation, [input, given['u']!, given['w']!, given['b']!], attributes) : null;
    if (found !== null) return { value: found[0], logDet: found[1] };
    const { u, w, b } = parameters;
    const { direction, edge } = constrain({ u: u!, w: w! }, { supremum, minimumSlope: this.#minimumSlope });
    const stack = { input, w: w!, direction, b: b!, edge };
    if (input.size > 0 && !runsOnArrays()) return planarOnTensors(stack, { site, activation: this.#activation });
    return planarOnArrays(stack, { site, activation: this.#scalar });
  }
}

/** The fields of a stack, in the order in which a conditioner gives them. */
export function planarFields(
  dataShape: Shape,
  { layers, random }: { readonly layers: number; readonly random: Random },
): Field[] {
  const size = sizeOf(dataShape);
  const drawn = (name: string): Float32Array =>
    random
      .fork(name)
      .normals(layers * size)
      .map((value) => value / Math.sqrt(size));
  return [
    { name: 'u', shape: [layers, size], start: drawn('u') },
    { name: 'w', shape: [layers, size], start: drawn('w') },
    { name: 'b', shape: [layers], start: new Float32Array(layers) },
  ];
}

interface PlanarConfig extends TwoWayConfig {
  readonly layers: number;
  readonly activation: ActivationName;
  readonly slope: number;
}

/** The registry's entry for `planar`. */
export const planarDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A stack of planar layers, y = x + u h(w x + b), invertible for every parameter value.',
    properties: {
      ...stackSchema,
      activation: {
        enum: ['tanh', 'leaky-relu', 'softplus'],
        default: 'tanh',
        description: 'The nonlinearity h; with leaky-relu both directions are closed formulas.',
      },
      slope: {
        type: 'number',
        exclusiveMinimum: 0,
        default: 0.01,
        description: 'Slope of leaky-relu for negative arguments.',
      },
      ...twoWaySchema,
    },
  },
  create(config: PlanarConfig, build) {
    const { layers, activation, slope, minimumSlope } = config;
    const { random } = build;
    const shared = twoWayOptions(config, build, planarFields(build.dataShape, { layers, random }));
    return new Planar({ ...shared, layers, activation, slope, minimumSlope, random });
  },
};
