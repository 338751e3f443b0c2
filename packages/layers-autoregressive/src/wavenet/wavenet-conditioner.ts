import * as tf from '@tensorflow/tfjs';
import { PartBase } from '@flowzoo/core';
import type { AutoregressiveNetwork } from '../masked-autoregressive/autoregressive-map.ts';
import { dependenceOfOrder, type Dependence } from '../orders/dependence.ts';
import { WaveNetNetwork, type WaveNetNetworkOptions, type WaveNetTaps } from './wavenet-network.ts';

/** A {@link WaveNetNetwork} over real signals as the network of an autoregressive layer, in the order of time. */
export class WaveNetConditioner extends PartBase implements AutoregressiveNetwork {
  readonly dependence: Dependence;
  readonly receptiveField: number;
  readonly #network: WaveNetNetwork;

  constructor(options: Omit<WaveNetNetworkOptions, 'channels'>) {
    super('wavenet-conditioner', options.path);
    this.dependence = dependenceOfOrder(Array.from({ length: options.time }, (_, step) => step));
    this.#network = this.addChild('network', new WaveNetNetwork({ ...options, channels: 1 }));
    this.receptiveField = this.#network.receptiveField;
  }

  /** `[batch, time]` → `[batch, time·P]`; the caller disposes. */
  apply(seen: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const [batch, time] = seen.shape as [number, number];
      const parameters = this.#network.apply(tf.reshape(seen, [batch, time, 1]), context as tf.Tensor2D | undefined);
      return tf.reshape(parameters, [batch, parameters.size / batch]);
    });
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): WaveNetTaps {
    return this.#network.taps();
  }
}
