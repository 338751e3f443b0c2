import * as tf from '@tensorflow/tfjs';
import { endInitialization, hiddenInitialization, linear, PartBase, type Random } from '@flowzoo/core';
import { OutputLayers } from '../pixelcnn/output-layers.ts';
import { Pointwise, type PointwiseTaps } from '../pixelcnn/pointwise.ts';
import { delayed } from './causal-convolution.ts';
import { conditionSizes, takeApart, type ConditionSizes } from './conditions.ts';
import { allDilations, receptiveField, type WaveNetConfig } from './config.ts';
import { WaveNetLayer, type WaveNetLayerTaps } from './wavenet-layer.ts';

/** Where a network is built. */
export interface WaveNetNetworkOptions {
  readonly config: WaveNetConfig;
  readonly path: string;
  /** How the place is called in errors. */
  readonly place: string;
  /** Steps of one signal. */
  readonly time: number;
  /** Channels of one step: 1, or the levels of a one-hot signal. */
  readonly channels: number;
  /** Parameters of one step. */
  readonly outputs: number;
  readonly contextSize: number;
  readonly random: Random;
}

/** The numbers of a network as a sampler needs them. */
export interface WaveNetTaps {
  readonly input: PointwiseTaps;
  readonly layers: readonly WaveNetLayerTaps[];
  readonly output: readonly [PointwiseTaps, PointwiseTaps];
  readonly sizes: ConditionSizes;
}

/**
 * The network of every WaveNet here: the signal **one step late**, a 1×1 map, gated dilated layers, and from the sum of
 * their skip connections the parameters of each step. Step t sees the steps t − receptiveField … t − 1 and no other.
 *
 * Before the first step there is silence: zeros in the signal and in every layer.
 *
 * Variables: `input.*`, `layers.<i>.*`, `output.*`.
 *
 * van den Oord et al. 2016, "WaveNet: A Generative Model for Raw Audio".
 */
export class WaveNetNetwork extends PartBase {
  readonly sizes: ConditionSizes;
  /** How many past steps one step depends on. */
  readonly receptiveField: number;
  readonly #input: Pointwise;
  readonly #layers: readonly WaveNetLayer[];
  readonly #output: OutputLayers;

  constructor(options: WaveNetNetworkOptions) {
    super('wavenet-network', options.path);
    const { config, path, place, time, channels, outputs, contextSize, random } = options;
    const { features, kernel } = config;
    this.receptiveField = receptiveField(config);
    this.sizes = conditionSizes(config.local, { time, contextSize, at: place });
    const initialization = hiddenInitialization(config);
    const skipFeatures = config.skipFeatures ?? features;
    const input = { path: `${path}.input`, inputs: channels, outputs: features, initialization };
    this.#input = this.addChild('input', new Pointwise({ ...input, random: random.fork('input') }));
    const dilations = allDilations(config);
    this.#layers = dilations.map((dilation, i) => {
      const layer = new WaveNetLayer({
        path: `${path}.layers.${i}`,
        kernel,
        dilation,
        features,
        skipFeatures,
        sizes: this.sizes,
        last: i === dilations.length - 1,
        initialization,
        random: random.fork(`layers.${i}`),
      });
      return this.addChild(`layers.${i}`, layer);
    });
    const output = new OutputLayers({
      path: `${path}.output`,
      inputs: skipFeatures,
      hidden: config.outputFeatures ?? skipFeatures,
      outputs,
      groups: 1,
      initialization,
      lastLayer: endInitialization(config.lastLayer, initialization),
      random: random.fork('output'),
    });
    this.#output = this.addChild('output', output);
  }

  /** `[batch, time, channels]` → `[batch, time, outputs]`; runs inside a tidy scope of the caller. */
  apply(signal: tf.Tensor3D, context: tf.Tensor2D | undefined): tf.Tensor3D {
    const conditions = takeApart(context, this.sizes);
    let residual: tf.Tensor3D = this.#input.apply(delayed(signal, 1));
    const gates: tf.Tensor3D[] = [];
    for (const layer of this.#layers) {
      const output = layer.apply(residual, conditions);
      residual = output.residual;
      gates.push(output.gated);
    }
    const skips = this.#skips(gates);
    const [batch, time] = signal.shape;
    const parameters = this.#output.apply(tf.reshape(skips, [batch, 1, time, skips.shape[1]]));
    return tf.reshape(parameters, [batch, time, parameters.shape[3]]);
  }

  /** The sum of all skip connections, `[batch · time, skipFeatures]`: one product is faster than the sum of many. */
  #skips(gates: tf.Tensor3D[]): tf.Tensor2D {
    const together = gates.length === 1 ? gates[0]! : tf.concat(gates, 2);
    const width = together.shape[2];
    const maps = this.#layers.map((layer) => layer.skipMap());
    const weights = maps.map(({ weight }) => weight);
    const weight = weights.length === 1 ? weights[0]! : tf.concat(weights, 0);
    const bias: tf.Tensor1D = tf.addN(maps.map((map) => map.bias));
    return linear(tf.reshape(together, [together.size / width, width]), weight, bias);
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): WaveNetTaps {
    return {
      input: this.#input.taps(),
      layers: this.#layers.map((layer) => layer.taps()),
      output: this.#output.taps(),
      sizes: this.sizes,
    };
  }
}
