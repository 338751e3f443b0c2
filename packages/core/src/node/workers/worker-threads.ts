import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../../errors/flowzoo-error.ts';
import type { Model } from '../../registry/registry.ts';
import { packModel } from '../../saving/index.ts';
import type { RunningWorkers, TrainingWorkers, WorkerJob, WorkerStep } from '../../training/workers.ts';
import type { ThreadData } from './messages.ts';
import { shareDataset, sharedFloats } from './shared.ts';
import { TrainingThread } from './training-thread.ts';

/** Options of {@link workerThreads}. */
export interface WorkerThreadsOptions {
  /** Threads that compute, the calling one included: 2 starts one. */
  readonly count: number;
  /**
   * Address of the module that sets up each thread; it exports {@link WorkerSetup} as `setup`. Beside the file that
   * calls: `new URL('./flows.js', import.meta.url)`. Of an installed package: `import.meta.resolve('acme-flows/setup')`.
   */
  readonly setup: URL | string;
  /** Handed to `setup`, cloned as messages are: names of plugins, of a backend. */
  readonly options?: unknown;
  /** Node's own options for the threads. Default: those of the process. */
  readonly execArgv?: readonly string[];
}

/**
 * Data-parallel training in Node: each thread has a tfjs and a model of its own, and computes the gradient of its share of
 * every batch; data, weights and gradients lie in shared memory. The calling thread takes the first share, adds the
 * gradients up and does everything else.
 *
 * Rows, noise and micro-batches are those of one thread with `microBatch` = ⌈batch / count⌉, so up to the rounding of one
 * sum the result is the same, and checkpoints continue with any number of threads that leaves `microBatch` as it was. The
 * model must be built from a spec, and must keep no running statistics of batches. Threads start with `fit` and end with
 * it; starting takes about as long as loading tfjs does. Worth it from some ten milliseconds a step.
 *
 * @throws E_OPTION about the options; in `fit`, E_WORKER when a thread does not start, throws or dies, and E_OPTION about
 * the model
 * @example
 * const workers = workerThreads({ count: 2, setup: new URL('./flows.js', import.meta.url) });
 * await fit(model, data, { epochs: 50, batchSize: 1024, workers });
 */
export function workerThreads(options: WorkerThreadsOptions): TrainingWorkers {
  const { count } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new FlowzooError('E_OPTION', 'the option cannot have this value', {
      at: 'count',
      expected: 'a whole number, 1 or more',
      found: String(count),
    });
  }
  const settings = { ...options, setup: addressOf(options.setup) };
  return { count, start: (job) => startThreads(job, settings) };
}

function addressOf(setup: URL | string): string {
  if (URL.canParse(String(setup))) return String(setup);
  throw new FlowzooError('E_OPTION', 'this is no address of a module', {
    at: 'setup',
    expected: "new URL('./flows.js', import.meta.url), or import.meta.resolve('package')",
    found: `"${String(setup)}"`,
  });
}

async function startThreads(
  job: WorkerJob,
  settings: WorkerThreadsOptions & { readonly setup: string },
): Promise<RunningWorkers | null> {
  const { model, parameters, dataset, microBatch, signal } = job;
  const { setup, options } = settings;
  const packed = await packModel(asModel(model));
  const shared = {
    setup,
    options,
    spec: packed.spec,
    packed: packed.weights,
    trained: parameters.entries.map(({ name }) => name),
    dataset: shareDataset(dataset),
    microBatch,
    weights: sharedFloats(parameters.size),
  };
  const threads: TrainingThread[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(threads.map((thread) => thread.stop())));
  try {
    for (let number = 1; number < settings.count; number++) {
      const data: ThreadData = { ...shared, gradient: sharedFloats(parameters.size) };
      threads.push(startThread(`worker ${number}`, data, settings));
    }
    const backends = await unlessAborted(Promise.all(threads.map((thread) => thread.ready())), signal);
    if (backends === null) {
      await stop();
      return null;
    }
    assertSameBackend(backends, setup);
  } catch (error) {
    await stop();
    throw error;
  }
  const compute = (step: WorkerStep): ReturnType<RunningWorkers['compute']> => {
    const { rows, noise, shares } = step;
    const busy = threads.flatMap((thread, index) => {
      const { first, end } = shares[index]!;
      return first < end ? [thread.compute({ rows, noise, first, end })] : [];
    });
    return Promise.all(busy);
  };
  return { weights: shared.weights, compute, stop };
}

/** What Node refuses at once: options that cannot be cloned, arguments that no thread takes. */
function startThread(name: string, data: ThreadData, { execArgv }: WorkerThreadsOptions): TrainingThread {
  try {
    return new TrainingThread(name, data, execArgv);
  } catch (cause) {
    throw new FlowzooError('E_WORKER', 'the thread cannot be started', {
      at: name,
      found: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function asModel(model: WorkerJob['model']): Model {
  if ('spec' in model) return model as Model;
  throw new FlowzooError('E_OPTION', 'threads build the model again, and this one has no spec', {
    at: 'workers',
    expected: 'a model that registry.build made',
    found: model.type,
    remedy: 'Write the model as a spec, or train it without workers',
  });
}

/** Null as soon as the signal is aborted. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value | null> {
  if (signal === undefined) return promise;
  let onAbort = (): void => {};
  const aborted = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function assertSameBackend(backends: readonly string[], setup: string): void {
  const other = backends.find((backend) => backend !== tf.getBackend());
  if (other === undefined) return;
  throw new FlowzooError('E_WORKER', 'the threads compute on another backend than the caller', {
    at: setup,
    expected: tf.getBackend(),
    found: other,
    remedy: "Choose the caller's backend in the module's setup()",
  });
}
