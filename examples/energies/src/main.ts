import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accelerate } from '@flowzoo/kernels-wasm';
import {
  densityPicture,
  energies,
  fitEnergy,
  flowNames,
  formatFits,
  type EnergyFit,
  type PictureRow,
} from './index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '700' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'out/energies') },
  },
});

tf.enableProdMode();
await tf.setBackend('wasm');
await accelerate();
await mkdir(options.out, { recursive: true });

const fits: EnergyFit[] = [];
const rows: PictureRow[] = [];
for (const energy of energies) {
  const fitted = [];
  for (const name of flowNames) {
    console.error(`${energy.name}, ${energy.description}: ${name} …`);
    fitted.push(await fitEnergy(energy, { flow: name, steps: Number(options.steps), seed: Number(options.seed) }));
  }
  fits.push(...fitted.map(({ result }) => result));
  rows.push({ energy, logNormalizer: fits.at(-1)!.logNormalizer, flows: fitted.map(({ flow }) => flow) });
}

const file = join(options.out, 'energies.png');
await writeFile(file, await densityPicture(rows));
for (const flow of rows.flatMap(({ flows }) => flows)) flow.dispose();

console.log(formatFits(fits));
console.log(`\nFrom left to right the truth, ${flowNames.join(', ')}: ${file}`);
