import { evaluate, fit, FlowzooError, Random, type DataArray, type FitEvent } from '@flowzoo/core';
import type { Images } from './images.ts';
import type { PosteriorName } from './posterior.ts';
import { VariationalAutoencoder } from './variational-autoencoder.ts';

/** How one autoencoder is trained and scored. */
export interface TrainOptions {
  readonly posterior: PosteriorName;
  readonly seed: number;
  readonly steps: number;
  /** Default: 128. */
  readonly batchSize?: number | undefined;
  /** Default: 32. */
  readonly latent?: number | undefined;
  /** Draws per image of the importance-weighted bound. Default: 128. */
  readonly draws?: number | undefined;
  /** Test images of the importance-weighted bound, chosen at random; the same for all seeds. Default: 1000. */
  readonly importanceRows?: number | undefined;
  readonly onEvent?: ((event: FitEvent) => void) | undefined;
}

/** A mean over test images with its standard error, nats. */
export interface Score {
  readonly mean: number;
  readonly standardError: number;
  readonly rows: number;
}

/** What came out of one training. */
export interface VaeResult {
  readonly posterior: PosteriorName;
  readonly seed: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly latent: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** The step whose weights had the best validation. */
  readonly bestStep: number;
  /** Minus the evidence lower bound, one draw per image. */
  readonly negativeElbo: Score;
  /** Minus the importance-weighted bound. */
  readonly negativeLogLikelihood: Score & { readonly draws: number };
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
}

/**
 * Trains on the training images, keeps the weights that are best on the validation images, and scores on the test images.
 * The caller disposes the model.
 *
 * @throws E_OPTION, E_SPEC and what core's `fit` and `evaluate` throw
 */
export async function trainVae(
  images: Images,
  options: TrainOptions,
): Promise<{ readonly model: VariationalAutoencoder; readonly result: VaeResult }> {
  const { posterior, seed, steps, batchSize = 128, latent = 32, draws = 128, importanceRows = 1000 } = options;
  const chosen = randomRows(images.test, importanceRows);
  const model = new VariationalAutoencoder({ eventShape: images.training.shape.slice(1), posterior, seed, latent });
  try {
    const fitted = await fit(model, images.training, {
      steps,
      batchSize,
      seed,
      optimizer: { learningRate: 4e-3 },
      validation: { data: images.validation, every: Math.max(1, Math.ceil(steps / 10)), batchSize: 500 },
      onEvent: options.onEvent,
    });
    const started = performance.now();
    const elbo = await evaluate(model, images.test, { draws: 1, batchSize: 500 });
    const weighted = await evaluate(model, chosen, { draws, combine: 'log-mean-exp', batchSize: 500 });
    let parameters = 0;
    for (const variable of model.variables.values()) parameters += variable.size;
    const result: VaeResult = {
      posterior,
      seed,
      steps,
      batchSize,
      latent,
      parameters,
      bestStep: fitted.bestStep ?? steps,
      negativeElbo: { mean: -elbo.mean, standardError: elbo.standardError, rows: elbo.rows },
      negativeLogLikelihood: {
        mean: -weighted.mean,
        standardError: weighted.standardError,
        rows: weighted.rows,
        draws,
      },
      trainingSeconds: fitted.seconds,
      evaluationSeconds: (performance.now() - started) / 1000,
    };
    return { model, result };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Rows chosen by a fixed seed; the test images are sorted by digit, so that the first ones would be zeros. */
function randomRows({ shape, values }: DataArray, count: number): DataArray {
  if (!Number.isInteger(count) || count < 1) {
    throw new FlowzooError('E_OPTION', 'the number of test images must be a whole number, 1 or more', {
      at: 'importanceRows',
      found: String(count),
    });
  }
  const rows = shape[0]!;
  if (count >= rows) return { shape, values };
  const width = values.length / rows;
  const chosen = new Random('importance-weighted test rows').permutation(rows).slice(0, count).sort();
  const picked = new Uint8Array(count * width);
  chosen.forEach((row, index) => picked.set(values.subarray(row * width, (row + 1) * width), index * width));
  return { shape: [count, ...shape.slice(1)], values: picked };
}
