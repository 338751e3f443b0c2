import * as tf from '@tensorflow/tfjs';

/** Where a sampler gets the parameters of the next step from. */
export interface StepSource {
  /**
   * Parameters of the head, `[count, parameters]`, valid until the next call.
   *
   * @param previous The values of all signals one step before; null before the first step.
   */
  step(previous: Float32Array | null): Float32Array | Promise<Float32Array>;
}

/** The plain way to sample: the whole network for every step. Slow, correct on every backend, and what rings must equal. */
export class FullPasses implements StepSource {
  readonly #network: (signals: tf.Tensor2D) => tf.Tensor3D;
  readonly #count: number;
  readonly #time: number;
  readonly #signals: Float32Array;
  #step = 0;

  /** @param network From the signals `[count, time]` to parameters; runs inside a tidy scope. */
  constructor(
    network: (signals: tf.Tensor2D) => tf.Tensor3D,
    { count, time }: { readonly count: number; readonly time: number },
  ) {
    this.#network = network;
    this.#count = count;
    this.#time = time;
    this.#signals = new Float32Array(count * time);
  }

  async step(previous: Float32Array | null): Promise<Float32Array> {
    const [count, time, step] = [this.#count, this.#time, this.#step++];
    previous?.forEach((value, i) => (this.#signals[i * time + step - 1] = value));
    const here = tf.tidy(() => {
      // The tensor gets a copy: the next step writes into the signals.
      const parameters = this.#network(tf.tensor2d(this.#signals.slice(), [count, time]));
      return tf.slice(parameters, [0, step, 0], [count, 1, parameters.shape[2]]);
    });
    const values = await here.data<'float32'>();
    here.dispose();
    return values;
  }
}
