import * as tf from '@tensorflow/tfjs';
import { PartBase, type Initialization, type Random } from '@flowzoo/core';
import { Pointwise, type PointwiseTaps } from './pointwise.ts';

/** Options of {@link OutputLayers}. */
export interface OutputLayersOptions {
  readonly path: string;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly groups: number;
  readonly initialization: Initialization;
  /** Of the last map. */
  readonly lastLayer: Initialization;
  readonly random: Random;
}

/**
 * From features to the parameters of the head, position by position: relu, 1×1, relu, 1×1, masked as type B between
 * colour groups up to the logits of each channel.
 *
 * Variables: `0.*`, `1.*`.
 */
export class OutputLayers extends PartBase {
  readonly #first: Pointwise;
  readonly #second: Pointwise;

  constructor(options: OutputLayersOptions) {
    super('output-layers', options.path);
    const { path, inputs, hidden, outputs, groups, initialization, lastLayer, random } = options;
    const first = new Pointwise({ path: `${path}.0`, inputs, outputs: hidden, groups, initialization, random });
    this.#first = this.addChild('0', first);
    const last = { inputs: hidden, outputs, groups, initialization: lastLayer, random };
    this.#second = this.addChild('1', new Pointwise({ path: `${path}.1`, ...last }));
  }

  /** `[..., inputs]` → `[..., outputs]`; runs inside a tidy scope of the caller. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    return this.#second.apply(tf.relu(this.#first.apply(tf.relu(x))));
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): readonly [PointwiseTaps, PointwiseTaps] {
    return [this.#first.taps(), this.#second.taps()];
  }
}
