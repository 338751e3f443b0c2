// Where oneDNN is, for binding.gyp: `node scripts/libraries.mjs sources|include|link` prints what gyp reads.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Where systems put libraries; DNNL_ROOT, where it is set, is the only place. */
const asked = process.env['DNNL_ROOT'];
const roots = asked ? [asked] : ['/usr/local', '/opt/homebrew', '/usr', process.env['CONDA_PREFIX']];

/** The root of an installed oneDNN, the folder that holds `include/dnnl.h`, or null. */
export function findOneDnn() {
  return roots.find((root) => root && existsSync(join(root, 'include', 'dnnl.h'))) ?? null;
}

function answer(question) {
  const root = findOneDnn();
  switch (question) {
    case 'sources':
      return readdirSync(join(folder, 'native'))
        .filter((name) => name.endsWith('.cc'))
        .map((name) => `native/${name}`);
    case 'include':
      return root === null || root === '/usr' ? [] : [join(root, 'include')];
    case 'link':
      if (root === null || root === '/usr') return ['-ldnnl'];
      return [`-L${join(root, 'lib')}`, `-Wl,-rpath,${join(root, 'lib')}`, '-ldnnl'];
    default:
      throw new Error(`no such question: ${question}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${answer(process.argv[2]).join('\n')}\n`);
