import type { Worker } from 'node:worker_threads';
import { createRegistry, type FlowModel } from '../../src/registry/registry.ts';
import { fit } from '../../src/training/fit.ts';
import type { FitOptions } from '../../src/training/options.ts';
import type { TrainingWorkers } from '../../src/training/workers.ts';
import { workerThreads } from '../../src/node/index.ts';
import { normalRows, weightsOf } from '../training-models.ts';
import type { TestThreadOptions } from './setup.ts';
import { tripwire } from './tripwire.ts';

/** The setup module of the threads of tests. */
export const setup: URL = new URL('./setup.ts', import.meta.url);
const loader = new URL('./register-typescript.mjs', import.meta.url).href;
const registry = createRegistry().use(tripwire);

/** Threads that run the sources. */
export function threads(options: TestThreadOptions = {}, count = 2, module: URL = setup): TrainingWorkers {
  return workerThreads({ count, setup: module, options, execArgv: ['--import', loader] });
}

/** A flow of rows of three numbers, with the given layers before a shift; a context drives its base. */
export function build(
  layers: readonly object[] = [{ type: 'test-threads/tripwire' }, { type: 'scale' }],
  context = 0,
): FlowModel {
  const network = context === 0 ? {} : { conditioner: { type: 'mlp', hidden: [4], dropout: 0.3 } };
  return registry.build<FlowModel>({
    format: 'flowzoo/model',
    version: 1,
    event: [3],
    ...(context === 0 ? {} : { context }),
    model: { type: 'flow', base: { type: 'diagonal-normal', ...network }, layers: [...layers, { type: 'shift' }] },
  });
}

/** Forty rows. */
export const data: { readonly shape: readonly number[]; readonly values: Float32Array } = {
  shape: [40, 3],
  values: normalRows(40, 3),
};

/** Five steps of half of them. */
export const options: FitOptions = {
  steps: 5,
  batchSize: 20,
  seed: 3,
  average: null,
  schedule: { type: 'constant', warmup: 0 },
  optimizer: { learningRate: 0.05 },
};

/** The weights after a training. */
export async function train(extra: Partial<FitOptions>): Promise<number[]> {
  const model = build();
  await fit(model, data, { ...options, ...extra });
  const weights = await weightsOf(model);
  model.dispose();
  return weights;
}

/** The greatest difference between two lists of weights. */
export function difference(found: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN))));
}

const alive = new Set<Worker>();
process.on('worker', (worker) => {
  alive.add(worker);
  worker.once('exit', () => alive.delete(worker));
});

/** How many threads this process has besides its own. */
export function threadsAlive(): number {
  return alive.size;
}
