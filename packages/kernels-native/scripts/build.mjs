// Compiles native/ into build/Release/flowzoo_native.node. Says what is missing and exits with 1 where it cannot.
import { buildAddon } from './node-gyp.mjs';

const fault = buildAddon({ sanitize: process.argv.includes('--sanitize') });
if (fault !== null) {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}
