import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accelerate } from '@flowzoo/kernels-wasm';
import { compareSamplers, doubleWellLogNormalizer, fitProposal, formatFigures } from './index.ts';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '500' },
    chains: { type: 'string', default: '32' },
    'walk-samples': { type: 'string', default: '20000' },
    'flow-samples': { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});

tf.enableProdMode();
await tf.setBackend('wasm');
await accelerate();

console.error('fitting a flow to the double well …');
const { flow, seconds } = await fitProposal({ steps: Number(options.steps), seed: Number(options.seed) });
console.error('sampling …');
const { walk, independence, importance } = await compareSamplers(flow, {
  chains: Number(options.chains),
  walkSamples: Number(options['walk-samples']),
  flowSamples: Number(options['flow-samples']),
  seed: Number(options.seed),
});
flow.dispose();

const { value, standardError } = importance.logEvidence;
const factor = independence.effectivePerSecond / walk.effectivePerSecond;
console.log(formatFigures([walk, independence]));
console.log(`
Effective samples per second, flow over random walk: ${factor.toFixed(0)} (fitting took ${seconds.toFixed(1)} s once)
Importance sampling by the flow: ${importance.effectiveSampleSize.toFixed(0)} effective of ${importance.weights.length}, Pareto-k ${importance.paretoShape.toFixed(2)},
log Z = ${value.toFixed(4)} ± ${standardError.toFixed(4)} nats (by quadrature ${doubleWellLogNormalizer().toFixed(4)})`);
