/** train.mjs SPEC OUT PACKAGE…: builds the spec, trains ten steps, samples, scores, saves; prints what it saw. */
import { readFileSync } from 'node:fs';
import { fit } from '@flowzoo/core';
import { saveModel } from '@flowzoo/core/node';
import { numbers, registryWith, rows, startEngine } from './support.mjs';

const [specPath, out, ...packages] = process.argv.slice(2);
await startEngine();
const registry = await registryWith(...packages);
const model = registry.build(JSON.parse(readFileSync(specPath, 'utf8')));
const data = rows(64);

const before = await numbers(model.logProb(data));
const result = await fit(model, data, { steps: 10, batchSize: 32, optimizer: { learningRate: 0.01 }, seed: 1 });
const scores = await numbers(model.logProb(data));
const drawn = await model.sample(5, { seed: 3 });
const sampleShape = drawn.shape;
const sample = await numbers(drawn);
await saveModel(out, model);

const moved = scores.some((score, index) => score !== before[index]);
console.log(JSON.stringify({ steps: result.steps, moved, scores, sampleShape, sample }));
