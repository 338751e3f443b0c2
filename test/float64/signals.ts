import { readHead, type HeadConfig } from './heads.ts';
import type { Config, Layer, Mapped, Site } from './layer.ts';
import { along, readTransformer, type Transformer } from './transformer.ts';
import { readWaveNetwork, type WaveNetConfig } from './wavenet.ts';
import type { Shape, Weights } from './weights.ts';

/** log P of the integers of one example. */
export type LevelsLogProb = (levels: Float64Array, context?: Float64Array) => number;

type DiscreteConfig = WaveNetConfig & HeadConfig & { readonly input: 'scalar' | 'one-hot' };
type FlowConfig = WaveNetConfig & { readonly transformer: Config };

/** WaveNet of signals with integer levels (van den Oord et al. 2016): log P(x) = Σ log P(x_t | x before t). */
export function readSignalLogProb(model: Config, [length]: Shape, weights: Weights): LevelsLogProb {
  const config = model as DiscreteConfig;
  const K = config.levels;
  const head = readHead(config, 1);
  const open = readWaveNetwork(config, { weights: weights.under('network'), length: length! });
  const seen =
    config.input === 'one-hot'
      ? (level: number) => Float64Array.from({ length: K }, (_, k) => (k === level ? 1 : 0))
      : (level: number) => Float64Array.of((2 * level) / (K - 1) - 1);
  return (levels, context) => {
    const walk = open(context);
    let before = new Float64Array(config.input === 'one-hot' ? K : 1);
    let sum = 0;
    for (const level of levels) {
      sum += head.logProb([level], [...walk(before)]);
      before = seen(level);
    }
    return sum;
  };
}

/** x_t = T(z_t; θ_t): θ from the past of the data (`inverse`) or, as in Parallel WaveNet, of the latents (`forward`). */
const signalFlow =
  (sees: Transformer['direction']) =>
  (config: FlowConfig, { dataShape, weights }: Site): Layer => {
    const [length] = dataShape as readonly [number];
    const transformer = readTransformer(config.transformer, weights.under('transformer'));
    const open = readWaveNetwork(config, { weights: weights.under('conditioner.network'), length });
    const mapped = (direction: Transformer['direction'], input: Float64Array, context?: Float64Array): Mapped => {
      const walk = open(context);
      const output = new Float64Array(length);
      const known = direction === sees ? input : output;
      let logDet = 0;
      for (let t = 0; t < length; t++) {
        const parameters = walk(Float64Array.of(t === 0 ? 0 : known[t - 1]!));
        const { value, logDerivative } = along(direction, transformer, input.subarray(t, t + 1), parameters, 1);
        output[t] = value[0]!;
        logDet += logDerivative[0]!;
      }
      return { value: output, logDet };
    };
    return {
      latentShape: dataShape,
      inverse: (x, context) => mapped('inverse', x, context),
      forward: (z, context) => mapped('forward', z, context),
    };
  };

/** Readers of the WaveNets that are flows. */
export const signalLayers = { 'wavenet-flow': signalFlow('inverse'), 'wavenet-iaf': signalFlow('forward') };
