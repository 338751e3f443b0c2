import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { formatTable } from '@flowzoo/cli';
import { createRegistry, type Model } from '@flowzoo/core';
import { accelerate } from '@flowzoo/kernels-wasm';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { coupling } from '@flowzoo/layers-coupling';
import { glow } from '@flowzoo/layers-glow';
import { listPresets, loadPreset } from '@flowzoo/zoo';
import { realDigits } from './digits.ts';
import { show } from './exhibit.ts';
import type { Measurement } from './measure.ts';
import { renderPage, type Picture } from './page.ts';
import { isSound, soundPicture } from './sounds.ts';
import { energyPicture, samplerPicture } from './targets.ts';
import { evaluationLabels, evaluationRows } from './data.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(root, 'out') } } });

const started = performance.now();
tf.enableProdMode();
await tf.setBackend('wasm');
await accelerate();
await mkdir(options.out, { recursive: true });

const registry = createRegistry().use(coupling).use(autoregressive).use(glow);
const measurements: Measurement[] = [];
const pictures: Picture[] = [await realDigits(await evaluationRows('nice-digits', root))];
for (const { name } of await listPresets()) {
  console.error(`${name}: loading, scoring, sampling …`);
  const model = await loadPreset<Model>(name, { registry });
  const exhibit = isSound(model)
    ? { measurement: null, pictures: [await soundPicture(name, model)] }
    : model.contextSize > 0
      ? await show(name, model, null)
      : await show(name, model, await evaluationRows(name, root), await evaluationLabels(name, root));
  if (exhibit.measurement !== null) measurements.push(exhibit.measurement);
  pictures.push(...exhibit.pictures);
  model.dispose();
}

console.error('four energies: fitting …');
const fitted = await energyPicture({ steps: 400 });
console.error('a double well: fitting a flow, running chains …');
const sampled = await samplerPicture({ steps: 300, draws: 4000 });
pictures.push(fitted.picture, sampled.picture);

for (const { file, png, sound } of pictures) {
  await writeFile(join(options.out, file), png);
  if (sound !== undefined) await writeFile(join(options.out, sound.file), sound.wav);
}
await writeFile(join(options.out, 'index.html'), renderPage(measurements, pictures));

console.log(
  formatTable({
    titles: ['preset', 'rows', 'log-likelihood, nats', '', 'bits/dim', 'rows/s', 'samples/s', 'round trip'],
    rows: measurements.map((each) => [
      each.name,
      String(each.rows),
      each.nats,
      each.kind,
      each.bits ?? '',
      each.scoresPerSecond.toFixed(0),
      each.samplesPerSecond.toFixed(0),
      each.roundTrip?.toExponential(1) ?? '',
    ]),
    alignRight: [1, 2, 4, 5, 6, 7],
  }),
);
console.log(`\n${fitted.table}\n\n${sampled.table}`);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`\n${pictures.length} pictures and a page to look at: ${join(options.out, 'index.html')} (${seconds} s)`);
