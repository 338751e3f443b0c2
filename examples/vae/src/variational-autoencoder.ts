import {
  checkArguments,
  checkSampleOptions,
  createRegistry,
  PartBase,
  Random,
  sumEvent,
  type Conditioner,
  type Distribution,
  type FlowModel,
  type SampleOptions,
  type Shape,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { buildPosterior, type PosteriorName } from './posterior.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Options of {@link VariationalAutoencoder}. */
export interface VariationalAutoencoderOptions {
  /** Shape of one image of zeros and ones. */
  readonly eventShape: Shape;
  readonly posterior: PosteriorName;
  /** Number of latents. Default: 32. */
  readonly latent?: number | undefined;
  /** Width of the hidden layer of encoder and decoder. Default: 256. */
  readonly hidden?: number | undefined;
  /** Width of what the encoder gives to the posterior. Default: 128. */
  readonly features?: number | undefined;
  /** Decides the initial weights. Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * A variational autoencoder for binary images: z ~ N(0, I), pixels are Bernoulli given z, and the posterior is a flow whose
 * parameters come from the encoder.
 *
 * `logProb` is the evidence lower bound by one draw per example, a bound in expectation over the noise:
 * log p(x|z) + log p(z) − log q(z|x) with z ~ q(z|x), nats (Rezende & Mohamed 2015, eq. 15). So core's `fit` trains it as it
 * is; core's `evaluate` gives the bound with `draws: 1`, and with `combine: 'log-mean-exp'` the importance-weighted one
 * (Burda et al. 2016, eq. 8).
 *
 * Variables under `encoder.`, `posterior.` and `decoder.`.
 *
 * @throws E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH, E_DISPOSED from `logProb`; E_OPTION, E_CONTEXT, E_ABORTED from `sample`
 * @example
 * const model = new VariationalAutoencoder({ eventShape: [28, 28], posterior: 'sylvester', seed: 1 });
 * await fit(model, { x }, { steps: 4000 });
 */
export class VariationalAutoencoder extends PartBase implements Distribution {
  readonly eventShape: Shape;
  readonly contextSize: number = 0;
  readonly lowerBound: boolean = true;
  readonly latent: number;
  readonly posterior: FlowModel;
  readonly #encoder: Conditioner;
  readonly #decoder: Conditioner;

  constructor(options: VariationalAutoencoderOptions) {
    super('vae', '');
    const { eventShape, posterior, latent = 32, hidden = 256, features = 128, seed = 0 } = options;
    this.eventShape = eventShape;
    this.latent = latent;
    const network = {
      type: 'mlp',
      hidden: [hidden],
      initialization: 'he-normal',
      lastLayer: { initialization: 'default' },
    };
    const registry = createRegistry();
    this.#encoder = this.addChild(
      'encoder',
      registry.conditioner(network, { path: 'encoder', inputShape: eventShape, outputShape: [features], seed }),
    );
    this.posterior = this.addChild('posterior', buildPosterior({ posterior, latent, features, seed }));
    this.#decoder = this.addChild(
      'decoder',
      registry.conditioner(network, { path: 'decoder', inputShape: [latent], outputShape: eventShape, seed }),
    );
  }

  /** The bound by one draw, `[batch]`; the noise is that of the mode. The caller disposes. */
  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.assertAlive();
    checkArguments(x, context, { place: this.place, name: 'x', eventShape: this.eventShape, contextSize: 0 });
    return tf.tidy(() => {
      const features = tf.relu(this.#encoder.apply(x));
      const seed = this.mode.random.fork('posterior').bits();
      const { value: z, logProb: logPosterior } = this.posterior.rsample(x.shape[0]!, { context: features, seed });
      const logits = this.#decoder.apply(z);
      const logLikelihood = sumEvent(tf.sub(tf.mul(x, logits), tf.softplus(logits)));
      const logPrior = tf.neg(tf.add(tf.mul(sumEvent(tf.square(z)), 0.5), this.latent * HALF_LOG_TWO_PI));
      return tf.add(logLikelihood, tf.sub(logPrior, logPosterior));
    });
  }

  /** Images of zeros and ones, `[count, ...eventShape]`; the caller disposes. */
  async sample(count: number, options: SampleOptions = {}): Promise<tf.Tensor> {
    const means = this.sampleMeans(count, options);
    const uniforms = new Random(options.seed ?? 0).fork('pixels').uniforms(means.size);
    try {
      return tf.tidy(() => tf.cast(tf.less(tf.tensor(uniforms, means.shape), means), 'float32'));
    } finally {
      means.dispose();
      options.onProgress?.({ done: count, total: count });
    }
  }

  /** The probabilities that the pixels of {@link sample} are ones, for the same seed: smooth pictures. The caller disposes. */
  sampleMeans(count: number, options: SampleOptions = {}): tf.Tensor {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: 0 });
    return tf.tidy(() => {
      const noise = new Random(options.seed ?? 0).fork('prior').normals(count * this.latent);
      const z = tf.mul(tf.tensor(noise, [count, this.latent]), options.temperature ?? 1);
      return tf.sigmoid(this.#decoder.apply(z));
    });
  }
}
