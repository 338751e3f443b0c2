import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { copyInto } from './copy-into.ts';
import {
  addGradients,
  countMicroBatches,
  readGradient,
  sumGradients,
  type ComputedGradient,
  type MicroBatchRange,
  type StepGradient,
  type StepInput,
} from './step.ts';
import type { RunningWorkers, WorkerGradient } from './workers.ts';

/** Who computes a step besides the calling thread. */
export interface Team {
  readonly workers: RunningWorkers;
  /** The calling thread included. */
  readonly count: number;
  /** The weights that the step starts from, flat. */
  readonly weights: tf.Tensor1D;
}

/**
 * As `batchGradient`, the micro-batches divided over a team: each has the rows and the noise that it would have in one
 * thread, so that only the order of the sum differs.
 *
 * @throws E_WORKER when a worker failed, E_OPTION when a layer changes its state in training
 */
export async function parallelGradient(input: StepInput, team: Team): Promise<StepGradient> {
  const microBatches = countMicroBatches({ rows: input.rows.length, microBatch: input.microBatch });
  const [own, ...shares] = divide(microBatches, team.count);
  const { rows, noise } = input;
  await copyInto(team.workers.weights, team.weights);
  const others = team.workers.compute({ rows, noise, shares });
  // If this thread's share fails, nobody waits for the others any more.
  others.catch(() => {});
  const before = stateOf(input.model);
  let sum = sumGradients(input, own!);
  try {
    assertSameState(before, stateOf(input.model));
    for (const part of await others) sum = addGradients(sum, toTensors(part));
  } catch (error) {
    tf.dispose([sum.value, sum.gradient]);
    throw error;
  }
  return readGradient(sum);
}

/** Even shares of consecutive micro-batches; the first is never smaller than another. */
export function divide(microBatches: number, count: number): MicroBatchRange[] {
  const bound = (index: number): number => Math.ceil((index * microBatches) / count);
  return Array.from({ length: count }, (_, index) => ({ first: bound(index), end: bound(index + 1) }));
}

function toTensors({ value, gradient, unused }: WorkerGradient): ComputedGradient {
  return { value: tf.scalar(value), gradient: tf.tensor1d(gradient), unused };
}

/** Which tensor each state entry holds: assigning to it replaces the tensor. */
function stateOf(model: Distribution): Map<string, object> {
  return new Map([...model.state].map(([name, { dataId }]) => [name, dataId]));
}

function assertSameState(before: ReadonlyMap<string, object>, after: ReadonlyMap<string, object>): void {
  const changed = [...after].find(([name, dataId]) => before.get(name) !== dataId);
  if (changed === undefined) return;
  throw new FlowzooError('E_OPTION', 'a layer of the model changes its state with every batch, one after the other', {
    at: 'workers',
    expected: 'state that training leaves as it is',
    found: `a new value of "${changed[0]}"`,
    remedy: 'Train this model without workers',
  });
}
