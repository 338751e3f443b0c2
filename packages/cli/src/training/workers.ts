import type { ModelSpec, TrainingWorkers } from '@flowzoo/core';
import { workerThreads } from '@flowzoo/core/node';
import type { SessionOptions } from '../session.ts';
import type { CommandSetup } from './worker-setup.ts';

/** The setup module as it lies beside this file, built or not. */
const SETUP = new URL(`./worker-setup${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** The threads that `--workers` asks for, with the backend and the plugins of the command; none for one. */
export function workersFor(
  { workers, backend, threads, plugin }: SessionOptions & { readonly workers: number },
  spec: ModelSpec,
): { readonly workers?: TrainingWorkers } {
  if (workers === 1) return {};
  const options: CommandSetup = {
    ...(backend === undefined ? {} : { backend }),
    ...(threads === undefined ? {} : { threads }),
    ...(plugin === undefined ? {} : { plugin }),
    requires: spec.requires,
  };
  return { workers: workerThreads({ count: workers, setup: SETUP, options }) };
}
