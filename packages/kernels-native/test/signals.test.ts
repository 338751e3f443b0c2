import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isCompiled } from './compiled.ts';

const loader = new URL('../../core/test/threads/register-typescript.mjs', import.meta.url).href;
const program = fileURLToPath(new URL('./profiled.ts', import.meta.url));

describe.runIf(isCompiled)('signals', () => {
  it.each([1, 2])('of a profiler leave products and memory whole (threads: %i)', (threads) => {
    const folder = mkdtempSync(join(tmpdir(), 'kernels-native-profile-'));
    try {
      const flags = ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', folder, '--import', loader];
      const run = spawnSync(process.execPath, [...flags, program, String(threads)], { encoding: 'utf8' });
      expect(run.stdout).toBe('whole\n');
      expect(run.status, run.stderr).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
