import { restore } from '@flowzoo/kernels-wasm';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { isCompiled } from './compiled.ts';
import { type ThreadAnswer, train } from './thread.ts';

afterAll(restore);

/** Runs TypeScript in a thread as vitest runs it here. */
const loader = new URL('../../core/test/threads/register-typescript.mjs', import.meta.url).href;

function inWorker(seed: number, steps: number): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    const execArgv = ['--import', loader];
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { execArgv, workerData: { seed, steps } });
    worker.once('message', (answer: ThreadAnswer) => void worker.terminate().then(() => resolve(answer)));
    worker.once('error', reject);
  });
}

describe.runIf(isCompiled)('worker threads', () => {
  it('accelerate side by side, each with one thread of its own, and come and go', async () => {
    const alone = await train(1, 50);
    expect(alone.tier).toBe('native');
    for (let round = 0; round < 2; round++) {
      const [first, second] = await Promise.all([inWorker(1, 50), inWorker(2, 50)]);
      expect(first).toMatchObject({ tier: 'native' });
      expect(first.features).toContain('threads: 1');
      expect(second.features).toContain('threads: 1');
      expect(first.values).toEqual(alone.values);
      expect(second.values).not.toEqual(alone.values);
    }
  });
});
