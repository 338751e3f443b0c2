import type { Found, Run } from '../run-arrays.ts';

/** Runs a program as WebAssembly; null where the host cannot. */
export function runWasm(_run: Run): Found | null {
  return null;
}
