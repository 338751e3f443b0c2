// npm runs this when somebody installs the package. It never fails: without the addon, `accelerate` goes on with WebAssembly.
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './node-gyp.mjs';

const here = fileURLToPath(import.meta.url);
const installed = here.includes(`${sep}node_modules${sep}`);
// A checkout builds it when asked: npm run build:native.
if (installed) {
  const fault = buildAddon({ quiet: true });
  if (fault !== null) process.stdout.write(`@flowzoo/kernels-native was not compiled, WebAssembly is used: ${fault}\n`);
}
