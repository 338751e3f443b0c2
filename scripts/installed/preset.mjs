/** preset.mjs: loads a preset of the installed zoo, scores what it draws; prints what it saw. */
import { coupling } from '@flowzoo/layers-coupling';
import { createRegistry } from '@flowzoo/core';
import { listPresets, loadPreset } from '@flowzoo/zoo';
import { numbers, startEngine } from './support.mjs';

await startEngine();
const presets = await listPresets();
const name = 'nice-digits';
const model = await loadPreset(name, { registry: createRegistry().use(coupling) });
const drawn = await model.sample(2, { seed: 1 });
const scores = await numbers(model.logProb(drawn));
console.log(JSON.stringify({ presets, name, scores, sampleShape: drawn.shape }));
