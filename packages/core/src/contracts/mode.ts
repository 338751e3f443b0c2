import { Random } from '../random/random.ts';

/**
 * What a part does besides its mathematics: train or evaluate, and where its noise comes from.
 *
 * **Within one mode every part is a pure function**: noise (dropout, dequantization) is drawn from
 * `mode.random.fork(name)`, which does not advance the stream, so that two calls see the same noise. Whoever wants new
 * noise sets a new mode; the trainer does so for each micro-batch, seeded by the step, and that is why an interrupted
 * training resumes to the same numbers.
 */
export interface Mode {
  /** True while fitting: dropout is on, batch normalization uses the statistics of the batch. */
  readonly training: boolean;
  readonly random: Random;
}

/** Evaluation with fixed noise, the mode of a part that nobody has set. */
export function evaluationMode(seed: number | string = 0): Mode {
  return { training: false, random: new Random(seed) };
}

/** Training with noise that depends on the seed alone. */
export function trainingMode(seed: number | string): Mode {
  return { training: true, random: new Random(seed) };
}
