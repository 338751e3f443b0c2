// Plain PyTorch on the same work, where python3 with torch is on the machine.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'rivals');
const THREADS = [1, 2];

/** The version of torch, or null where there is none. */
export async function torchVersion() {
  try {
    const { stdout } = await run('python3', ['-c', 'import torch; print(torch.__version__)']);
    return stdout.trim();
  } catch {
    return null;
  }
}

/** Medians of one case, `{ threads, median, repeats }` for one and for two threads. */
export async function measureRival({ name, rival }, { seconds }) {
  const results = [];
  for (const threads of THREADS) {
    const args = [join(folder, rival), '--case', name, '--threads', String(threads), '--seconds', String(seconds)];
    const own = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
    try {
      const { stdout } = await run('python3', args, { env: { ...process.env, ...own } });
      results.push(JSON.parse(stdout));
    } catch (error) {
      // One torch that lacks something must not cost the other figures.
      console.error(`${rival} failed with ${threads} threads, its column stays empty:\n${error.message}`);
    }
  }
  return results;
}
