import * as tf from '@tensorflow/tfjs';
import { parentPort, workerData } from 'node:worker_threads';
import { FlowzooError } from '../../errors/flowzoo-error.ts';
import type { Model } from '../../registry/registry.ts';
import { unpackModel } from '../../saving/index.ts';
import { copyInto } from '../../training/copy-into.ts';
import { FlatParameters } from '../../training/flat-parameters.ts';
import { sumGradients } from '../../training/step.ts';
import type { ThreadAnswer, ThreadData, ThreadFault, ThreadStep } from './messages.ts';
import type { WorkerEnvironment, WorkerSetup } from './setup.ts';

/** What runs in a thread: builds the model again, then computes one share of a batch after the other. */
async function run(data: ThreadData): Promise<void> {
  const { registry } = await setUp(data);
  const model = await unpackModel({ spec: data.spec, weights: data.packed }, { registry, at: 'the weights' });
  const parameters = trainedParameters(model, data.trained);
  parentPort!.on('message', (step: ThreadStep) => void answer(() => computeShare({ data, model, parameters, step })));
}

async function setUp(data: ThreadData): Promise<WorkerEnvironment> {
  const module = (await import(data.setup)) as { readonly setup?: WorkerSetup };
  if (typeof module.setup !== 'function') {
    throw new FlowzooError('E_OPTION', 'the module exports no function of this name', {
      at: 'setup',
      expected: 'export async function setup() { …; return { registry }; }',
      found: Object.keys(module).join(', ') || 'no exports',
    });
  }
  const environment: Partial<WorkerEnvironment> | undefined = await module.setup(data.options);
  await tf.ready();
  if (typeof environment?.registry?.build === 'function') return environment as WorkerEnvironment;
  throw new FlowzooError('E_OPTION', 'the function returns no registry', {
    at: 'setup',
    expected: '{ registry: createRegistry().use(…) }',
    found: environment === undefined ? 'nothing' : `{ ${Object.keys(environment).join(', ')} }`,
  });
}

/** The variables that the caller trains: some may be frozen there. */
function trainedParameters(model: Model, names: readonly string[]): FlatParameters {
  const trained = new Set(names);
  return new FlatParameters(new Map([...model.variables].filter(([name]) => trained.has(name))));
}

async function computeShare(work: {
  readonly data: ThreadData;
  readonly model: Model;
  readonly parameters: FlatParameters;
  readonly step: ThreadStep;
}): Promise<ThreadAnswer> {
  const { data, model, parameters, step } = work;
  const weights = tf.tensor1d(data.weights);
  parameters.write(weights);
  weights.dispose();
  const { rows, noise, first, end } = step;
  const input = { model, parameters, dataset: data.dataset, rows, microBatch: data.microBatch, noise };
  const { value, gradient, unused } = sumGradients(input, { first, end });
  try {
    await copyInto(data.gradient, gradient);
    return { type: 'gradient', value: (await value.data())[0]!, unused };
  } finally {
    tf.dispose([value, gradient]);
  }
}

async function answer(work: () => Promise<ThreadAnswer>): Promise<void> {
  let result: ThreadAnswer;
  try {
    result = await work();
  } catch (error) {
    result = { type: 'fault', fault: describe(error) };
  }
  parentPort!.postMessage(result);
}

function describe(error: unknown): ThreadFault {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: undefined, stack: undefined };
  const { name, message, stack } = error;
  return { name, message, code: (error as { code?: string }).code, stack };
}

await answer(async () => {
  await run(workerData as ThreadData);
  return { type: 'ready', backend: tf.getBackend() };
});
