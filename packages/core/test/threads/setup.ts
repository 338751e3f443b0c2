import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry } from '../../src/registry/registry.ts';
import type { WorkerEnvironment } from '../../src/node/index.ts';
import { arm, tripwire, type Trip } from './tripwire.ts';

/** What the threads of a test are told. */
export interface TestThreadOptions {
  readonly backend?: string;
  readonly trip?: Trip;
  readonly without?: 'registry' | 'plugin';
  readonly fail?: string;
}

/** Sets up a thread of a test. */
export async function setup({ backend, trip, without, fail }: TestThreadOptions = {}): Promise<WorkerEnvironment> {
  if (fail !== undefined) throw new Error(fail);
  tf.enableProdMode();
  await tf.setBackend(backend ?? 'wasm');
  arm(trip ?? null);
  if (without === 'registry') return {} as WorkerEnvironment;
  const registry = createRegistry();
  return { registry: without === 'plugin' ? registry : registry.use(tripwire) };
}
