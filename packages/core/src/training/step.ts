import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { trainingMode } from '../contracts/mode.ts';
import type { Augmentation } from './augment.ts';
import { disposeBatch, takeRows, type Batch } from './batches.ts';
import type { Dataset } from './data.ts';
import { norm, type FlatParameters } from './flat-parameters.ts';
import { describeDiagnosis, diagnose, modelName } from './not-finite.ts';

/** One step's inputs. */
export interface StepInput {
  readonly model: Distribution;
  readonly parameters: FlatParameters;
  readonly dataset: Dataset;
  readonly rows: Int32Array;
  readonly microBatch: number;
  /** `seed/step/number`: where the noise of this step comes from. */
  readonly noise: string;
  readonly augment?: Augmentation | undefined;
}

/** Loss and gradient of a batch at the present weights. */
export interface StepGradient {
  /** Mean −log p, nats per example. */
  readonly loss: number;
  /** Euclidean norm. */
  readonly gradientNorm: number;
  /** The caller disposes. */
  readonly gradient: tf.Tensor1D;
  readonly unused: readonly string[];
}

/** Loss and gradient as tensors that nobody has read yet; the caller disposes both. */
export type ComputedGradient = ReturnType<FlatParameters['gradient']>;

/** Micro-batches from `first` up to, not including, `end`. */
export interface MicroBatchRange {
  readonly first: number;
  readonly end: number;
}

/** How many micro-batches a batch has. */
export function countMicroBatches(batch: { readonly rows: number; readonly microBatch: number }): number {
  return Math.ceil(batch.rows / batch.microBatch);
}

/**
 * The gradient of mean −log p over the rows, summed over micro-batches, each weighted by its share of the rows: up to
 * rounding (and its own noise) the gradient of the full batch.
 */
export async function batchGradient(input: StepInput): Promise<StepGradient> {
  const end = countMicroBatches({ rows: input.rows.length, microBatch: input.microBatch });
  return readGradient(sumGradients(input, { first: 0, end }));
}

/** What some micro-batches, at least one, contribute to the gradient of the batch. */
export function sumGradients(input: StepInput, range: MicroBatchRange): ComputedGradient {
  let sum: ComputedGradient | null = null;
  try {
    for (const { batch, share } of microBatches(input, range)) {
      const part = gradientOf(input, batch, share);
      sum = sum === null ? part : addGradients(sum, part);
    }
  } catch (error) {
    if (sum !== null) tf.dispose([sum.value, sum.gradient]);
    throw error;
  }
  return sum!;
}

/** Reads loss and norm of a gradient that was computed; takes over the value and hands on the gradient. */
export async function readGradient(computed: ComputedGradient): Promise<StepGradient> {
  const { value, gradient, unused } = computed;
  const length = norm(gradient);
  // One vector, so that a GPU is waited for once.
  const both = tf.stack([value, length]);
  const [loss, gradientNorm] = await both.data();
  tf.dispose([value, length, both]);
  return { loss: loss!, gradientNorm: gradientNorm!, gradient, unused };
}

/**
 * What is not finite in a step that failed: the first layer whose output or log-det is not, where the model can tell,
 * or else the first variable whose gradient is not.
 */
export async function explainNotFinite(input: StepInput, step: StepGradient): Promise<string> {
  const end = countMicroBatches({ rows: input.rows.length, microBatch: input.microBatch });
  for (const { batch } of microBatches(input, { first: 0, end })) {
    try {
      const diagnosis = await diagnose(input.model, batch.x, batch.context);
      if (diagnosis !== null) return `first in ${describeDiagnosis(diagnosis)}`;
    } finally {
      disposeBatch(batch);
    }
  }
  if (!Number.isFinite(step.loss)) return `in the log-probability of ${modelName(input.model)}`;
  return explainGradient(step.gradient, input.parameters);
}

/** Which variable's gradient is not finite, in words. */
export async function explainGradient(gradient: tf.Tensor1D, parameters: FlatParameters): Promise<string> {
  const values = await gradient.data();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return bad < 0
    ? 'the norm of the gradient overflows'
    : `first in the gradient of the variable "${parameters.nameAt(bad)}"`;
}

function gradientOf({ model, parameters }: StepInput, batch: Batch, share: number): ComputedGradient {
  try {
    return parameters.gradient(() => {
      const logProb = model.logProb(batch.x, batch.context);
      return tf.mul(tf.mean(logProb), -share) as tf.Scalar;
    });
  } finally {
    disposeBatch(batch);
  }
}

/** Sets the mode of each micro-batch before handing it out; the consumer disposes it. */
function* microBatches(
  input: StepInput,
  range: MicroBatchRange,
): Generator<{ readonly batch: Batch; readonly share: number }> {
  const { rows, microBatch, augment } = input;
  for (let index = range.first; index < range.end; index++) {
    const own = rows.subarray(index * microBatch, Math.min((index + 1) * microBatch, rows.length));
    const seed = `${input.noise}/${index}`;
    input.model.setMode(trainingMode(seed));
    const change = augment === undefined ? undefined : { augment, seed: `${seed}/augment` };
    yield { batch: takeRows(input.dataset, own, change), share: own.length / rows.length };
  }
}

/** The sum of two contributions, which are disposed; unused is what neither depends on. */
export function addGradients(a: ComputedGradient, b: ComputedGradient): ComputedGradient {
  const sum = {
    value: tf.add(a.value, b.value) as tf.Scalar,
    gradient: tf.add(a.gradient, b.gradient) as tf.Tensor1D,
    unused: a.unused.filter((name) => b.unused.includes(name)),
  };
  tf.dispose([a.value, a.gradient, b.value, b.gradient]);
  return sum;
}
