import * as tf from '@tensorflow/tfjs';
import type { Random } from '../random/random.ts';
import type { JsonSchema } from '../registry/plugin.ts';
import { assertVariableSize } from './variable-size.ts';

/** How initial weights are drawn. */
export type InitializationName =
  | 'fan-in-uniform'
  | 'he-normal'
  | 'he-uniform'
  | 'glorot-normal'
  | 'glorot-uniform'
  | 'lecun-normal'
  | 'uniform'
  | 'normal';

/** A distribution of initial weights. */
export interface Initialization {
  readonly name: InitializationName | 'zero';
  /** Half-width of `uniform`, standard deviation of `normal`; the others ignore it. */
  readonly scale: number;
}

/** The part of a configuration that chooses the initial weights of the hidden layers. */
export interface InitializationConfig {
  readonly initialization: InitializationName;
  readonly initializationScale: number;
}

/** How the last layer of a network starts. */
export interface EndConfig {
  /** `default` draws as the hidden layers do. */
  readonly initialization: 'zero' | 'uniform' | 'normal' | 'default';
  readonly scale: number;
}

/** Schema properties of {@link InitializationConfig}. */
export const initializationSchema: JsonSchema = {
  initialization: {
    enum: [
      'fan-in-uniform',
      'he-normal',
      'he-uniform',
      'glorot-normal',
      'glorot-uniform',
      'lecun-normal',
      'uniform',
      'normal',
    ],
    default: 'fan-in-uniform',
    description:
      'Initial weights of the hidden layers: fan-in-uniform is ±1/√inputs for weights and biases (PyTorch), he-* scale by 2/inputs, glorot-* by 2/(inputs + outputs), lecun-normal by 1/inputs; uniform and normal take initializationScale (NICE: uniform, 0.01). All but the first start biases at zero.',
  },
  initializationScale: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 0.01,
    description: 'Half-width of uniform, standard deviation of normal.',
  },
};

/** Schema of an {@link EndConfig} with its defaults. */
export function endSchema(defaults: EndConfig, description: string): JsonSchema {
  return {
    type: 'object',
    default: {},
    additionalProperties: false,
    description,
    properties: {
      initialization: {
        enum: ['zero', 'uniform', 'normal', 'default'],
        default: defaults.initialization,
        description: 'Initial weights: zero, small (uniform or normal of this scale), or as the hidden layers.',
      },
      scale: {
        type: 'number',
        exclusiveMinimum: 0,
        default: defaults.scale,
        description: 'Half-width of uniform, standard deviation of normal.',
      },
    },
  };
}

/** The distribution of a hidden layer. */
export function hiddenInitialization(config: InitializationConfig): Initialization {
  return { name: config.initialization, scale: config.initializationScale };
}

/** The distribution of an end, given that of the hidden layers. */
export function endInitialization(end: EndConfig, hidden: Initialization): Initialization {
  return end.initialization === 'default' ? hidden : { name: end.initialization, scale: end.scale };
}

/** What {@link drawWeight} and {@link drawBias} need. */
export interface Draw {
  readonly initialization: Initialization;
  /** Inputs of one output unit, taps of a filter included. */
  readonly inputs: number;
  /** Outputs of one input unit, taps included; for the glorot schemes. */
  readonly outputs: number;
  readonly random: Random;
  /** Place of the layer in the spec, for errors. */
  readonly path?: string;
}

/**
 * An initial weight, the same bits on every backend; the caller disposes it.
 *
 * @throws E_OUT_OF_MEMORY for more than 2 GiB
 */
export function drawWeight<R extends tf.Rank>(shape: tf.ShapeMap[R], draw: Draw): tf.Tensor<R> {
  assertVariableSize(shape, { at: draw.path });
  const [width, deviation] = spread(draw);
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    if (width > 0) values[i] = width * (2 * draw.random.uniform() - 1);
    else if (deviation > 0) values[i] = deviation * draw.random.normal();
  }
  return tf.tensor(values, shape);
}

/** An initial bias: zeros, but for the schemes that draw biases as well. */
export function drawBias(draw: Draw): tf.Tensor1D {
  const { initialization, outputs, inputs } = draw;
  assertVariableSize([outputs], { at: draw.path });
  // Without inputs PyTorch's rule has no width.
  if (initialization.name !== 'fan-in-uniform' || inputs === 0) return tf.zeros([outputs]);
  return drawWeight<tf.Rank.R1>([outputs], draw);
}

/** Half-width of a uniform or standard deviation of a normal distribution; the other one is 0. */
function spread({ initialization, inputs, outputs }: Draw): [number, number] {
  switch (initialization.name) {
    case 'zero':
      return [0, 0];
    case 'fan-in-uniform':
      return [1 / Math.sqrt(inputs), 0];
    case 'he-uniform':
      return [Math.sqrt(6 / inputs), 0];
    case 'glorot-uniform':
      return [Math.sqrt(6 / (inputs + outputs)), 0];
    case 'uniform':
      return [initialization.scale, 0];
    case 'he-normal':
      return [0, Math.sqrt(2 / inputs)];
    case 'glorot-normal':
      return [0, Math.sqrt(2 / (inputs + outputs))];
    case 'lecun-normal':
      return [0, Math.sqrt(1 / inputs)];
    case 'normal':
      return [0, initialization.scale];
  }
}
