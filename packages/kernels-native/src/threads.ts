import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Threads for one kernel unless the caller says otherwise: the physical cores that this process may use, one in a worker thread. */
export function defaultThreads(): number {
  if (!isMainThread) return 1;
  const allowed = availableParallelism();
  return Math.max(1, Math.min(allowed, physicalCores() ?? allowed));
}

/** The cores that Linux lists, or null elsewhere. */
function physicalCores(): number | null {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    const cores = new Set(
      text
        .split('\n\n')
        .map((each) => `${/^physical id\s*: (\d+)/m.exec(each)?.[1]}.${/^core id\s*: (\d+)/m.exec(each)?.[1]}`)
        .filter((name) => !name.includes('undefined')),
    );
    return cores.size > 0 ? cores.size : null;
  } catch {
    return null;
  }
}
