// Runs the node-gyp that comes with npm: nothing else has to be installed for it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOneDnn } from './libraries.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Path of npm's node-gyp, or null. */
function findNodeGyp() {
  const inside = (npm) => join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const places = [
    () => process.env['npm_config_node_gyp'],
    () => inside(dirname(dirname(process.env['npm_execpath']))),
  ];
  places.push(() => inside(join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm')));
  places.push(() => inside(join(dirname(process.execPath), 'node_modules', 'npm')));
  places.push(() =>
    inside(
      join(
        execFileSync('npm', ['root', '-g'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
        'npm',
      ),
    ),
  );
  for (const place of places) {
    try {
      const path = place();
      if (path !== undefined && existsSync(path)) return path;
    } catch {
      // Not there: the next place.
    }
  }
  return null;
}

/** Node's own headers where they were installed with it, so that none are fetched. */
function withHeaders(environment) {
  const prefix = dirname(dirname(process.execPath));
  const there = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  if (!there || environment['npm_config_nodedir'] !== undefined) return environment;
  return { ...environment, npm_config_nodedir: prefix };
}

/** What to type to get the compiler and the library, on systems that are known. */
const REMEDY =
  'apt: sudo apt install g++ make python3 libdnnl-dev; brew: brew install onednn; dnf: sudo dnf install gcc-c++ make python3 onednn-devel';

/**
 * Compiles the addon.
 *
 * @returns Null, or in one line what is missing.
 */
export function buildAddon({ sanitize = false, quiet = false } = {}) {
  if (findOneDnn() === null) return `oneDNN (dnnl.h) is not installed. ${REMEDY}`;
  const nodeGyp = findNodeGyp();
  if (nodeGyp === null) return 'npm, whose node-gyp compiles the addon, was not found';
  const flags = sanitize ? ['--', '-Dsanitize=1'] : [];
  const options = { cwd: folder, stdio: quiet ? 'ignore' : 'inherit', env: withHeaders(process.env) };
  const run = (...step) => spawnSync(process.execPath, [nodeGyp, ...step], options).status === 0;
  // Configured anew each time, since a new source or another library changes what is to be built.
  if (run('configure', ...flags) && run('build')) return null;
  return `the compiler failed. ${REMEDY}`;
}
