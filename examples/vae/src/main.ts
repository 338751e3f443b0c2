import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { renderSheet, toPng } from '@flowzoo/cli';
import { FlowzooError, isFlowzooError, type FitEvent } from '@flowzoo/core';
import { readFileBytes } from '@flowzoo/core/node';
import { accelerate } from '@flowzoo/kernels-wasm';
import {
  formatComparison,
  posteriorNames,
  readImages,
  trainVae,
  type PosteriorName,
  type VaeResult,
  type VariationalAutoencoder,
} from './index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      posterior: { type: 'string', default: 'sylvester' },
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '4000' },
      'importance-rows': { type: 'string', default: '1000' },
      out: { type: 'string', default: join(root, 'out/vae') },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals[0] === 'compare') await compare(positionals.slice(1));
  else await train(values);
} catch (error) {
  if (!isFlowzooError(error) && !(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

interface TrainArguments {
  readonly data?: string | undefined;
  readonly posterior: string;
  readonly seed: string;
  readonly steps: string;
  readonly 'importance-rows': string;
  readonly out: string;
  readonly json: boolean;
}

async function train(given: TrainArguments): Promise<void> {
  if (given.data === undefined) {
    throw new FlowzooError('E_OPTION', 'the folder of the binarized MNIST images is needed', {
      at: '--data',
      remedy: 'examples/vae/README.md says where to get them',
    });
  }
  if (!posteriorNames.includes(given.posterior as PosteriorName)) {
    throw new FlowzooError('E_OPTION', 'there is no such posterior', {
      at: '--posterior',
      expected: posteriorNames.join(', '),
      found: given.posterior,
    });
  }
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await accelerate();
  const images = await readImages(given.data);
  const { model, result } = await trainVae(images, {
    posterior: given.posterior as PosteriorName,
    seed: Number(given.seed),
    steps: Number(given.steps),
    importanceRows: Number(given['importance-rows']),
    onEvent: report,
  });
  const name = `${result.posterior}-${result.seed}`;
  await mkdir(given.out, { recursive: true });
  await writeFile(join(given.out, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(given.out, `${name}.png`), await samples(model, result.seed));
  model.dispose();
  if (given.json) console.log(JSON.stringify(result));
  else console.log(`${formatComparison([result])}\n\nFigures and samples: ${join(given.out, name)}.json, .png`);
}

async function compare(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) {
    throw new FlowzooError('E_OPTION', 'name the .json files that trainings have written', { at: 'compare' });
  }
  console.log(formatComparison(await Promise.all(paths.map(readResult))));
}

async function readResult(path: string): Promise<VaeResult> {
  const text = new TextDecoder().decode(await readFileBytes(path));
  try {
    const result = JSON.parse(text) as VaeResult;
    if (posteriorNames.includes(result?.posterior) && 'negativeLogLikelihood' in result) return result;
  } catch {
    // What is no JSON is no result either.
  }
  throw new FlowzooError('E_DATA_FORMAT', 'these are not the figures of a training', {
    at: path,
    expected: 'a POSTERIOR-SEED.json that a training has written',
  });
}

function report(event: FitEvent): void {
  if (event.type === 'start') console.error(`${event.rows} images, ${event.parameters} trained numbers`);
  if (event.type === 'step' && event.step % 100 === 0) {
    console.error(`step ${event.step}: ${event.loss.toFixed(2)} nats, ${event.stepsPerSecond.toFixed(1)} steps/s`);
  }
  if (event.type === 'validation') {
    console.error(`step ${event.step}: validation ${(-event.logProb).toFixed(2)} nats`);
  }
}

/** Probabilities of the pixels for draws from the prior, as a PNG. */
async function samples(model: VariationalAutoencoder, seed: number): Promise<Uint8Array> {
  const means = model.sampleMeans(64, { seed });
  const values = Float32Array.from(await means.data());
  const sheet = renderSheet({ shape: means.shape, values }, { scale: 2, gap: 2 });
  means.dispose();
  return toPng(sheet);
}
