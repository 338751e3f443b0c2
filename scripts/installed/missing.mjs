/** missing.mjs SPEC|FOLDER PACKAGE…: uses a spec or a saved model without one of its plugins; prints the error. */
import { readFileSync } from 'node:fs';
import { loadModel } from '@flowzoo/core/node';
import { registryWith, startEngine } from './support.mjs';

const [source, ...packages] = process.argv.slice(2);
await startEngine();
const registry = await registryWith(...packages);
try {
  if (source.endsWith('.json')) registry.build(JSON.parse(readFileSync(source, 'utf8')));
  else await loadModel(source, { registry });
  console.log(JSON.stringify({ code: 'none', message: `${source} was built although a plugin is missing` }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code ?? error.name, message: error.message }));
}
