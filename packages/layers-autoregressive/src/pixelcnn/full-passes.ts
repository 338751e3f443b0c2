import * as tf from '@tensorflow/tfjs';
import type { ParameterSource, ParameterSourceOptions, Position } from './parameter-source.ts';

/** A network from levels to parameters per position; runs inside a tidy scope. */
export type LevelNetwork = (image: tf.Tensor4D, context: tf.Tensor2D | undefined) => tf.Tensor4D;

/** The plain way to sample: the whole network for every element. Slow, correct on every backend, and what caches must equal. */
export class FullPasses implements ParameterSource {
  readonly #network: LevelNetwork;
  readonly #options: ParameterSourceOptions;

  constructor(network: LevelNetwork, options: ParameterSourceOptions) {
    this.#network = network;
    this.#options = options;
  }

  startRow(): void {
    // Nothing is kept from row to row.
  }

  dispose(): void {
    // Every pass frees its own tensors.
  }

  async at({ row, column }: Position): Promise<Float32Array> {
    const { count, levels, imageShape, context } = this.#options;
    const here = tf.tidy(() => {
      // The tensor gets a copy: the sampler goes on writing into the levels.
      const image = tf.tensor4d(levels.slice(), [count, ...imageShape]);
      const parameters = this.#network(image, context);
      return tf.slice(parameters, [0, row, column, 0], [count, 1, 1, parameters.shape[3]]);
    });
    const values = await here.data<'float32'>();
    here.dispose();
    return values;
  }
}
