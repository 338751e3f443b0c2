/**
 * Builds the addon for AddressSanitizer and UndefinedBehaviorSanitizer in a folder of its own, and runs the property tests of
 * kernels-wasm and the tests of this package on it. Arguments go to vitest instead of the tests that are named here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('..', import.meta.url));
const root = join(source, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'kernels-native-sanitized-'));
const tests = [
  'packages/kernels-native/test/edges.test.ts',
  'packages/kernels-native/test/elements.test.ts',
  'packages/kernels-native/test/parts.test.ts',
  'packages/kernels-native/test/samplers.test.ts',
  'packages/kernels-native/test/wavenet-sampler.test.ts',
  'packages/kernels-native/test/sums-and-steps.test.ts',
  'packages/kernels-wasm/src/kernels',
  'packages/kernels-wasm/src/optimizers',
  'packages/kernels-wasm/test/tfjs-cases',
  'packages/layers-autoregressive/src/incremental',
  'packages/layers-autoregressive/src/wavenet/cached/backend-kernel.test.ts',
];

try {
  for (const part of ['package.json', 'binding.gyp', 'scripts', 'native']) {
    cpSync(join(source, part), join(folder, part), { recursive: true });
  }
  execFileSync(process.execPath, [join(folder, 'scripts', 'build.mjs'), '--sanitize'], { stdio: 'inherit' });
  const library = execFileSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  const asked = process.argv.slice(2);
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--no-file-parallelism', ...(asked.length > 0 ? asked : tests)],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        FLOWZOO_KERNELS: 'native',
        FLOWZOO_NATIVE_ADDON: join(folder, 'build', 'Release', 'flowzoo_native.node'),
        LD_PRELOAD: library,
        // Node itself keeps memory until its end; V8 catches faults of WebAssembly by signals.
        ASAN_OPTIONS: 'detect_leaks=0:handle_segv=0:allow_user_segv_handler=1',
      },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
