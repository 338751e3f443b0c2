// Plain PyTorch on the same work, where python3 with torch is on the machine.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'rivals');
const THREADS = [1, 2];

/** `PYTHON` names an interpreter; a system often has two, and torch in one of them. */
const INTERPRETERS = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter((each) => each !== undefined);
let interpreter = null;

/** The version of torch, or null where there is none. */
export async function torchVersion() {
  for (const each of INTERPRETERS) {
    try {
      const { stdout } = await run(each, ['-c', 'import torch; print(torch.__version__)']);
      interpreter = each;
      return stdout.trim();
    } catch {
      // The next one may have it.
    }
  }
  return null;
}

/** Medians of one case, `{ threads, median, repeats }` for one and for two threads. */
export async function measureRival({ name, rival }, { seconds }) {
  const results = [];
  for (const threads of THREADS) {
    const args = [join(folder, rival), '--case', name, '--threads', String(threads), '--seconds', String(seconds)];
    const own = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
    try {
      const { stdout } = await run(interpreter, args, { env: { ...process.env, ...own } });
      results.push(JSON.parse(stdout));
    } catch (error) {
      // One torch that lacks something must not cost the other figures.
      console.error(`${rival} failed with ${threads} threads, its column stays empty:\n${error.message}`);
    }
  }
  return results;
}
