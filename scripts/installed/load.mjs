/** load.mjs FOLDER PACKAGE…: loads a saved model in a process of its own, scores and draws; prints what it saw. */
import { loadModel } from '@flowzoo/core/node';
import { numbers, registryWith, rows, startEngine } from './support.mjs';

const [folder, ...packages] = process.argv.slice(2);
await startEngine();
const model = await loadModel(folder, { registry: await registryWith(...packages) });
const scores = await numbers(model.logProb(rows(64)));
const sample = await numbers(await model.sample(5, { seed: 3 }));
console.log(JSON.stringify({ scores, sample }));
