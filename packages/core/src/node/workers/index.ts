export type { WorkerEnvironment, WorkerSetup } from './setup.ts';
export { workerThreads, type WorkerThreadsOptions } from './worker-threads.ts';
