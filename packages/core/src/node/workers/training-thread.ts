import { Worker } from 'node:worker_threads';
import { FlowzooError } from '../../errors/flowzoo-error.ts';
import type { WorkerGradient } from '../../training/workers.ts';
import type { ThreadAnswer, ThreadData, ThreadFault, ThreadStep } from './messages.ts';

interface Waiting {
  resolve(answer: Exclude<ThreadAnswer, { type: 'fault' }>): void;
  reject(error: FlowzooError): void;
}

/** The entry as it lies beside this file, built or not. */
const ENTRY = new URL(`./thread-entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** One thread with a model of its own; it answers one message at a time. */
export class TrainingThread {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #gradient: Float32Array;
  #waiting: Waiting | null = null;
  #failure: FlowzooError | null = null;
  #isReady = false;

  constructor(name: string, data: ThreadData, execArgv: readonly string[] | undefined) {
    this.#name = name;
    this.#gradient = data.gradient;
    this.#worker = new Worker(ENTRY, {
      name,
      workerData: data,
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#receive(answer));
    this.#worker.on('messageerror', (error) => this.#fail(error.message, error));
    this.#worker.on('error', (error: Error) => this.#fail(error.message, error));
    this.#worker.on('exit', (code) => this.#fail(`the end of the thread with exit code ${code}`));
  }

  /** Waits until the model is built; gives the name of the thread's backend. @throws E_WORKER */
  async ready(): Promise<string> {
    const answer = await this.#next();
    this.#isReady = true;
    return answer.type === 'ready' ? answer.backend : '';
  }

  /** @throws E_WORKER */
  async compute(step: ThreadStep): Promise<WorkerGradient> {
    const answered = this.#next();
    this.#worker.postMessage(step);
    const answer = await answered;
    const { value, unused } = answer as Extract<ThreadAnswer, { type: 'gradient' }>;
    return { value, unused, gradient: this.#gradient };
  }

  /** Ends the thread, in the middle of its work if need be. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #next(): Promise<Exclude<ThreadAnswer, { type: 'fault' }>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(answer: ThreadAnswer): void {
    if (answer.type === 'fault') {
      this.#fail(describe(answer.fault), revive(answer.fault));
      return;
    }
    this.#waiting?.resolve(answer);
    this.#waiting = null;
  }

  /** The first failure is the cause of all that follow. */
  #fail(found: string, cause?: Error): void {
    this.#failure ??= new FlowzooError('E_WORKER', `the thread ${this.#isReady ? 'failed' : 'does not start'}`, {
      at: this.#name,
      found,
      remedy: this.#isReady
        ? 'Nothing is lost: the model has the weights of the last update, and a checkpoint continues from there'
        : 'Look at the setup module: what it imports and what its setup() does run in the thread',
      cause,
    });
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}

function describe({ name, message, code }: ThreadFault): string {
  return code === undefined ? `${name}: ${message}` : `${code}: ${message}`;
}

function revive({ name, message, code, stack }: ThreadFault): Error {
  return Object.assign(new Error(message), { name, stack, ...(code === undefined ? {} : { code }) });
}
