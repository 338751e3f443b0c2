/** Scores a model of sound on whole recordings. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, Random } from '../../packages/core/dist/index.js';
import { loadModel } from '../../packages/core/dist/node/index.js';
import { accelerate } from '../../packages/kernels-wasm/dist/index.js';
import { autoregressive, muLawEncode, normalizePeak } from '../../packages/layers-autoregressive/dist/index.js';
import { contextOf, readRecordings } from './read-recordings.mjs';

const LEVELS = 256;
const STEP = 1 / 32768;

/**
 * −log2 p per sample of the test recordings, each whole and by itself. Of µ-law levels it is exact. Real samples get one draw
 * of noise as wide as a 16-bit step, and what comes is an upper bound of the bits of the 16-bit samples.
 */
export async function score({ folder, data, speaker }) {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await accelerate();
  const registry = createRegistry().use(autoregressive);
  const model = await loadModel(folder, { registry });
  const real = model.levels === undefined;
  const chosen = readRecordings(data).filter(
    (each) => each.split === 'test' && (speaker === undefined || each.speaker === speaker),
  );
  const found = [];
  for (const recording of chosen) {
    const { signal, offset } = real ? dequantized(recording) : { signal: encoded(recording), offset: 0 };
    const nats = logProb({ registry, model, signal, context: contextOf(recording, { speakers: !real }) });
    found.push({ samples: signal.length, bits: -nats / Math.LN2 - offset * signal.length });
    if (found.length % 25 === 0) console.error(`${found.length} of ${chosen.length} recordings`);
  }
  return { model: model.spec.name ?? null, ...summary(found), kind: real ? 'upper bound' : 'exact' };
}

function encoded({ samples }) {
  return muLawEncode(normalizePeak(samples), LEVELS);
}

/** `offset` is log2 of a 16-bit step once the recording is scaled to its peak. */
function dequantized({ samples, speaker, digit, index }) {
  const step = STEP / samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  const noise = new Random(`${speaker}/${digit}/${index}`).uniforms(samples.length);
  const signal = normalizePeak(samples).map((value, i) => value + (noise[i] - 0.5) * step);
  return { signal, offset: Math.log2(step) };
}

/** The weights do not depend on the length, so every recording gets a model of its own length. */
function logProb({ registry, model, signal, context }) {
  const { weights: _weights, ...spec } = model.spec;
  const sized = registry.build({ ...spec, event: [signal.length] });
  try {
    return tf.tidy(() => {
      for (const [name, variable] of sized.variables) variable.assign(model.variables.get(name));
      const rows = [signal, context].map((values) => tf.tensor2d(values, [1, values.length]));
      return sized.logProb(rows[0], rows[1]).dataSync()[0];
    });
  } finally {
    sized.dispose();
  }
}

/** Bits of all recordings over samples of all, with the standard error of this ratio over recordings. */
function summary(found) {
  const samples = found.reduce((sum, each) => sum + each.samples, 0);
  const bits = found.reduce((sum, each) => sum + each.bits, 0) / samples;
  const spread = found.reduce((sum, each) => sum + (each.bits - bits * each.samples) ** 2, 0);
  const standardError = Math.sqrt((spread * found.length) / (found.length - 1)) / samples;
  return { recordings: found.length, samples, bits, standardError };
}
