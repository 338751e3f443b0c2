import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isCompiled } from './compiled.ts';

const loader = new URL('../../core/test/threads/register-typescript.mjs', import.meta.url).href;
const program = fileURLToPath(new URL('./bits.ts', import.meta.url));

describe.runIf(isCompiled)('a training with products, convolutions and their gradients', () => {
  it.each([1, 2])('ends with the same bits in another process with as many threads (%i)', (threads) => {
    const run = (): unknown => {
      const flags = ['--import', loader, program, String(threads)];
      const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    const first = run();
    expect(first).toEqual({ threads, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(run()).toEqual(first);
  });
});
