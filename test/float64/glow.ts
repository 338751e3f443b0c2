import { channelsOf, joinChannels } from './channels.ts';
import { elementwiseAffine } from './elementwise.ts';
import { readImageConditioner } from './glow-network.ts';
import { invertibleConvolution } from './invertible-convolution.ts';
import { sequence, sizeOf, type Config, type Layer, type Mapped, type Site } from './layer.ts';
import { multiScale } from './multi-scale.ts';
import { softplus } from './scalar.ts';
import { DEFAULT_SCALE_MAP, type ScaleMapConfig } from './scale-map.ts';
import { squeeze } from './structural.ts';
import { along, readTransformer, type Transformer } from './transformer.ts';

interface ActNormConfig {
  readonly order: 'shift-scale' | 'scale-shift';
  readonly scale: 'exp' | 'softplus';
  readonly logFactor: number;
}

/** z = (x + b) s or x s + b per channel (Kingma & Dhariwal 2018, section 3.1). */
function actnorm({ order, scale, logFactor: k }: ActNormConfig, site: Site): Layer {
  const { weights } = site;
  if (weights.get('initialized')[0] !== 1) throw new Error('an actnorm that has seen no data');
  const [shift, sign] = [weights.get('shift'), weights.get('sign')];
  const s = weights.get('logScale').map((r, c) => sign[c]! * (scale === 'exp' ? Math.exp(k * r) : softplus(k * r)));
  return elementwiseAffine(
    site,
    s.map((each) => 1 / each),
    shift.map((b, c) => (order === 'shift-scale' ? -b : -b / s[c]!)),
  );
}

/** The parts of an event along its last axis, of which one stays and gives the parameters of the other. */
interface Halves {
  /** How many channels stay. */
  readonly kept: number;
  readonly keptFirst: boolean;
}

/** What stays is mapped to parameters of what changes. */
export function conditional(
  { kept, keptFirst }: Halves,
  { conditioner, transformer }: { readonly conditioner: Config; readonly transformer: Config },
  { dataShape, weights }: Site,
): Layer {
  const channels = dataShape.at(-1)!;
  const changed = channels - kept;
  const pixels = sizeOf(dataShape) / channels;
  const isVector = dataShape.length === 1;
  const [height, width] = isVector ? [1, 1] : (dataShape as readonly [number, number]);
  const scalars = readTransformer(transformer, weights.under('transformer'));
  const grid = { height, width, inputs: kept, outputs: changed * scalars.parameterCount };
  const network = readImageConditioner(conditioner, { weights: weights.under('conditioner'), grid, isVector });
  const [from, to] = keptFirst ? [0, kept] : [changed, channels];
  const map = (direction: Transformer['direction'], input: Float64Array, context?: Float64Array): Mapped => {
    const stays = channelsOf(input, channels, from, to);
    const moves = keptFirst ? channelsOf(input, channels, kept, channels) : channelsOf(input, channels, 0, changed);
    const { value, logDerivative } = along(direction, scalars, moves, network(stays, context), changed);
    return {
      value: keptFirst ? joinChannels(stays, value, pixels) : joinChannels(value, stays, pixels),
      logDet: logDerivative.reduce((sum, log) => sum + log, 0),
    };
  };
  return {
    latentShape: dataShape,
    inverse: (x, context) => map('inverse', x, context),
    forward: (z, context) => map('forward', z, context),
  };
}

interface SplitConfig {
  readonly prior: 'learned' | 'standard';
  readonly keep: 'first' | 'second';
  readonly leave: 'half' | 'all';
  readonly scale: string | Partial<ScaleMapConfig>;
  readonly conditioner: Config;
}

/** z₂ = (x₂ − μ(x₁))/σ(x₁): the learned prior of what leaves (Kingma & Dhariwal 2018, figure 2). */
function split({ prior, keep, leave, scale, conditioner }: SplitConfig, site: Site): Layer {
  if (prior === 'standard') return sequence([], site.dataShape);
  const channels = site.dataShape.at(-1)!;
  const kept = leave === 'all' ? 0 : Math.ceil(channels / 2);
  const deviation = typeof scale === 'string' ? scale : { ...DEFAULT_SCALE_MAP, ...scale };
  const transformer = { type: 'affine', direction: 'forward', order: 'scale-shift', shiftGain: 1, scale: deviation };
  return conditional({ kept, keptFirst: keep === 'first' }, { conditioner, transformer }, site);
}

interface StepConfig {
  readonly conditioner: Config;
  readonly transformer: Config;
  readonly convolution: 'plu' | 'orthogonal';
}

/** Activation normalization, invertible convolution, and a coupling that keeps the first channels. */
function glowStep(config: StepConfig, { dataShape, weights }: Site): Layer {
  const at = (name: string): Site => ({ dataShape, weights: weights.under(name) });
  const kept = Math.floor(dataShape.at(-1)! / 2);
  return sequence(
    [
      actnorm({ order: 'shift-scale', scale: 'exp', logFactor: 3 }, at('actnorm')),
      invertibleConvolution(
        { form: config.convolution, diagonal: 'exp', unit: 'lower', floor: 0.001 },
        at('convolution'),
      ),
      conditional({ kept, keptFirst: true }, config, at('coupling')),
    ],
    dataShape,
  );
}

interface GlowConfig extends StepConfig {
  readonly levels: number;
  readonly steps: number;
  readonly order: string;
  readonly splitPrior: 'learned' | 'standard';
  readonly topPrior: 'learned' | 'standard';
  readonly priorScale: SplitConfig['scale'];
  readonly splitConditioner: Config;
  readonly topConditioner: Config;
}

/** Scales of a squeeze, steps and a prior; half of the channels leave after each but the last. */
function glow(config: GlowConfig, { dataShape, weights }: Site): Layer {
  return multiScale(dataShape, 'first', config.levels, (shape, level) => {
    const own = weights.under(`levels.${level}`);
    const first = squeeze({ factor: 2, order: config.order }, { dataShape: shape, weights: own.under('squeeze') });
    const inside = (name: string): Site => ({ dataShape: first.latentShape, weights: own.under(name) });
    const steps = Array.from({ length: config.steps }, (_, k) => glowStep(config, inside(`steps.${k}`)));
    const last = level === config.levels - 1;
    const prior = split(
      {
        prior: last ? config.topPrior : config.splitPrior,
        keep: 'first',
        leave: last ? 'all' : 'half',
        scale: config.priorScale,
        conditioner: last ? config.topConditioner : config.splitConditioner,
      },
      inside('prior'),
    );
    return sequence([first, ...steps, prior], shape);
  });
}

/** Readers of the layers of Glow. */
export const glowLayers = {
  actnorm,
  'invertible-1x1-convolution': invertibleConvolution,
  split,
  'glow-step': glowStep,
  glow,
};
