/**
 * Runs the tests of every package whose tensors these kernels may carry on the native tier, conformance of all layers included.
 * Arguments go to vitest instead of the paths that are named here. The addon must be compiled: npm run build:native.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadAddon } from '../dist/addon.js';

const tests = [
  'packages/kernels-native/',
  'packages/kernels-wasm/',
  'packages/core/',
  'packages/layers-',
  'packages/samplers/',
  'packages/zoo/',
  'test/kernels/',
  'test/float64/',
];

// Without it the tests would pass on WebAssembly and prove nothing.
loadAddon();
const asked = process.argv.slice(2);
const { status } = spawnSync('npx', ['vitest', 'run', ...(asked.length > 0 ? asked : tests)], {
  cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, FLOWZOO_KERNELS: 'native' },
});
process.exitCode = status ?? 1;
