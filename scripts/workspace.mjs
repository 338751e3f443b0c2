/** What the checks of the workspace share: its packages, packing them, and running a command. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages in the given folder (`packages` or `examples`) that can be published: `{ name, folder, manifest }`. */
export function publishable(parent) {
  const found = [];
  for (const entry of readdirSync(join(root, parent)).sort()) {
    const folder = join(root, parent, entry);
    if (!existsSync(join(folder, 'package.json'))) continue;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!manifest.private) found.push({ name: manifest.name, folder, manifest });
  }
  return found;
}

/** Runs a command to its end and answers `{ status, stdout, stderr }`; never through a shell. */
export function run(command, args, { cwd = root, env = {} } = {}) {
  const child = spawnSync(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (child.error) throw child.error;
  return { status: child.status ?? 1, stdout: child.stdout, stderr: child.stderr };
}

/** Packs one package as `npm publish` would, and answers the tarball's path and the paths inside it. */
export function pack(folder, destination) {
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--pack-destination', destination], { cwd: folder });
  if (status !== 0) throw new Error(`npm pack failed in ${folder}\n${stdout}${stderr}`);
  const [answer] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  return {
    tarball: join(destination, answer.filename),
    files: answer.files.map((file) => file.path),
    bytes: answer.size,
  };
}

/** Collects named checks, prints each as it ends, and closes with a summary. */
export class Checks {
  passed = 0;
  failures = [];

  /** Runs `body`; a throw is a failure, printed with its whole message. Answers whether it passed. */
  check(name, body) {
    const started = performance.now();
    try {
      body();
    } catch (error) {
      this.failures.push(name);
      console.log(`not ok  ${name}\n${String(error.message).replace(/^/gm, '        ')}`);
      return false;
    }
    this.passed += 1;
    console.log(`ok      ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    return true;
  }

  /** Prints the summary and sets the exit code. */
  finish() {
    for (const name of this.failures) console.log(`failed: ${name}`);
    console.log(`${this.passed} checks passed, ${this.failures.length} failed`);
    process.exitCode = this.failures.length === 0 ? 0 : 1;
  }
}
