import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kernels-native-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package as npm puts it into a program's node_modules. */
function installed(name: string): string {
  const to = join(folder, name, 'node_modules', '@flowzoo', 'kernels-native');
  mkdirSync(to, { recursive: true });
  for (const part of ['package.json', 'binding.gyp', 'scripts', 'native']) {
    cpSync(join(source, part), join(to, part), { recursive: true });
  }
  return to;
}

function runInstall(cwd: string, environment: Record<string, string> = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(cwd, 'scripts', 'install.mjs')], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, output: stdout + stderr };
}

const remedy =
  /^@flowzoo\/kernels-native was not compiled, WebAssembly is used: .+\. apt: sudo apt install .*libdnnl-dev; brew: brew install .*onednn; dnf: sudo dnf install .*onednn-devel\n$/;

describe('the installation', () => {
  it('succeeds without the library, and says in one line what to install', () => {
    const { status, output } = runInstall(installed('without-library'), { DNNL_ROOT: '/nowhere' });
    expect(output).toMatch(remedy);
    expect(output).toContain('oneDNN (dnnl.h) is not installed');
    expect(status).toBe(0);
  });

  it('succeeds without a compiler, and says in one line what to install', () => {
    const { status, output } = runInstall(installed('without-compiler'), { CXX: '/nowhere/c++', CC: '/nowhere/cc' });
    expect(output).toMatch(remedy);
    expect(status).toBe(0);
  });

  it('compiles nothing in a checkout, whose command for it is npm run build:native', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(checkout);
    for (const part of ['package.json', 'binding.gyp', 'scripts', 'native']) {
      cpSync(join(source, part), join(checkout, part), { recursive: true });
    }
    expect(runInstall(checkout)).toEqual({ status: 0, output: '' });
    expect(existsSync(join(checkout, 'build'))).toBe(false);
  });
});
