import { channelsOf, joinChannels } from './channels.ts';
import { readImageConditioner } from './glow-network.ts';
import { sizeOf, type Config, type Mapped, type Site } from './layer.ts';
import { sigmoid, softplus } from './scalar.ts';
import { squeeze } from './structural.ts';
import { along, readTransformer } from './transformer.ts';

interface VariationalConfig {
  readonly levels: number;
  readonly steps: number;
  readonly conditioner: Config;
}

/** From integers and logistic noise to numbers in (0, 1), and −log q(u|x) − D log K. */
export type Dequantization = (x: Float64Array, noise: Float64Array, context?: Float64Array) => Mapped;

/** log of the standard logistic density, summed. */
function logLogistic(v: Float64Array): number {
  return v.reduce((sum, each) => sum - softplus(each) - softplus(-each), 0);
}

/** z = (x + u)/K, u = δ + (1 − 2δ) σ(v), v a flow of the noise given x (Ho et al. 2019). */
export function variationalDequantization(config: VariationalConfig, { dataShape, weights }: Site): Dequantization {
  const K = config.levels;
  const size = sizeOf(dataShape);
  const margin = 0.5 / 2 ** (21 - Math.ceil(Math.log2(K)));
  const [height = 1, width = 1] = dataShape;
  const even = dataShape.length === 3 && height % 2 === 0 && width % 2 === 0;
  const space = even ? squeeze({ factor: 2, order: 'channel-major' }, { dataShape, weights }) : undefined;
  const shape = space?.latentShape ?? dataShape;
  const steps = Array.from({ length: config.steps }, (_, i) =>
    readStep(config.conditioner, i, { dataShape: shape, weights: weights.under(`steps.${i}`) }),
  );
  return (x, noise, context) => {
    const scaled = x.map((level) => (2 * level) / K - 1);
    const given = space?.inverse(scaled).value ?? scaled;
    let [v, logQ] = [noise, logLogistic(noise)];
    for (const step of steps) {
      const mapped = step(v, given, context);
      v = Float64Array.from(mapped.value);
      logQ -= mapped.logDet;
    }
    logQ -= logLogistic(v) + size * Math.log(1 - 2 * margin);
    const inside = v.map((each) => margin + (1 - 2 * margin) * sigmoid(each));
    const u = space?.forward(inside).value ?? inside;
    return { value: x.map((level, i) => (level + u[i]!) / K), logDet: -logQ - size * Math.log(K) };
  };
}

/** ε ↦ ε s + t on one half of the channels; s and t see the other half and the image. Halves take turns. */
function readStep(conditioner: Config, index: number, { dataShape, weights }: Site): Dequantization {
  const channels = dataShape.at(-1)!;
  const pixels = sizeOf(dataShape) / channels;
  const smaller = Math.floor(channels / 2);
  const keptFirst = index % 2 === 0 || smaller === 0;
  const kept = keptFirst ? smaller : channels - smaller;
  const changed = channels - kept;
  const isVector = dataShape.length === 1;
  const [height, width] = isVector ? [1, 1] : (dataShape as readonly [number, number]);
  const grid = { height, width, inputs: kept + channels, outputs: 2 * changed };
  const network = readImageConditioner(conditioner, { weights: weights.under('conditioner'), grid, isVector });
  const affine = { type: 'affine', direction: 'forward', order: 'scale-shift', shiftGain: 1, scale: 'bounded-exp' };
  const scalars = readTransformer(affine, weights.under('transformer'));
  return (noise, given, context) => {
    const [from, to] = keptFirst ? [0, kept] : [changed, channels];
    const stays = channelsOf(noise, channels, from, to);
    const moves = keptFirst ? channelsOf(noise, channels, kept, channels) : channelsOf(noise, channels, 0, changed);
    const parameters = network(joinChannels(stays, given, pixels), context);
    const { value, logDerivative } = along('forward', scalars, moves, parameters, changed);
    return {
      value: keptFirst ? joinChannels(stays, value, pixels) : joinChannels(value, stays, pixels),
      logDet: logDerivative.reduce((sum, log) => sum + log, 0),
    };
  };
}
