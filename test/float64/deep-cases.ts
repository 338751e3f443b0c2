import { normalBase, type Case, type Part } from './cases.ts';
import type { Shape } from './weights.ts';

// Whatever starts at zero hides what is masked: these start everywhere else.
const filled = { lastLayer: { initialization: 'default' }, blockEnd: { initialization: 'default' } };

function masked(options: Readonly<Record<string, unknown>>, event: Shape = [4], context: number = 0): Case {
  const layer = { type: 'maf', hidden: [7, 7], activation: 'tanh', ...filled, ...options };
  const others = context > 0 ? ` with a context of ${context}` : '';
  return {
    name: `masked ${JSON.stringify(options)} on [${event.join(', ')}]${others}`,
    event,
    context,
    layers: [layer],
    base: normalBase,
  };
}

const splines = { type: 'rational-quadratic-spline', bins: 4, interval: [-3, 3] };
const autoregressive = [
  masked({}),
  masked({ type: 'iaf' }),
  masked({ order: 'reversed', hidden: [] }),
  masked({ order: 'random', degrees: 'random', direct: true, activation: 'elu' }, [5]),
  masked({ order: [2, 0, 3, 1], blocks: 'residual', outputLogScale: 2, outputGain: 0.5 }),
  masked({ order: { parents: [[], [0], [0], [1, 2]] }, blocks: 'residual-preactivation', direct: true }),
  masked(
    {
      order: {
        adjacency: [
          [0, 0, 1],
          [0, 0, 1],
          [0, 0, 0],
        ],
      },
    },
    [3],
  ),
  masked({ order: 'reversed', hidden: [6] }, [2, 1, 2]),
  masked({ hidden: [3] }, [1]),
  masked({ blocks: 'residual-preactivation', order: 'random', transformer: splines, activation: 'relu' }, [6]),
  masked({ type: 'iaf', order: 'reversed', transformer: { type: 'gated', offset: 1 } }),
  masked({ transformer: { type: 'gated', direction: 'inverse' } }),
  masked({ transformer: { type: 'affine', order: 'shift-scale', shiftGain: -1, scale: { gain: 0.5 } } }),
  ...['add', 'add-activated', 'glu'].flatMap((context) =>
    ['feedforward', 'residual', 'residual-preactivation'].map((blocks) => masked({ context, blocks }, [3], 2)),
  ),
  ...['add-activated', 'glu'].map((context) => masked({ context, hidden: [] }, [3], 2)),
];

const mixtures = [
  { type: 'mixture-of-gaussians', components: 3 },
  { type: 'mixture-of-gaussians', components: 10, spread: 0, logScale: { gain: -0.5, squash: 'none' } },
  { type: 'mixture-of-gaussians', components: 2, output: 'affine', direction: 'forward' },
  { type: 'mixture-of-gaussians', components: 1 },
  { type: 'mixture-of-logistics', components: 3 },
  { type: 'mixture-of-logistics', components: 4, output: 'real' },
].map((transformer) => masked({ transformer, type: transformer.direction === 'forward' ? 'iaf' : 'maf' }));

function image(layer: Part, event: Shape = [2, 2, 3], context: number = 0): Case {
  const { type, ...options } = layer;
  const others = context > 0 ? ` with a context of ${context}` : '';
  return {
    name: `${type} ${JSON.stringify(options)} on [${event.join(', ')}]${others}`,
    event,
    context,
    layers: [layer],
    base: normalBase,
  };
}

const network = (options: Readonly<Record<string, unknown>> = {}): Part => ({
  type: 'glow-network',
  hidden: 5,
  activation: 'tanh',
  ...options,
});
const prior = (options: Readonly<Record<string, unknown>> = {}): Part => ({ type: 'zero-convolution', ...options });
const paddings = ['zeros', 'ones', 'edge-channel'];
const glow = [
  image({ type: 'actnorm' }),
  image({ type: 'actnorm', order: 'scale-shift', scale: 'softplus', logFactor: 1 }),
  image({ type: 'actnorm' }, [4]),
  ...['exp', 'softplus', 'free'].flatMap((diagonal) =>
    ['lower', 'upper'].map((unit) => image({ type: 'invertible-1x1-convolution', diagonal, unit }, [1, 2, 4])),
  ),
  image({ type: 'invertible-1x1-convolution', form: 'orthogonal' }, [2, 2, 4]),
  ...paddings.map((padding) => image({ type: 'glow-step', conditioner: network({ padding }) }, [3, 2, 3])),
  image({ type: 'glow-step', conditioner: network({ normalization: 'none', logFactor: 0, kernels: [3, 5] }) }),
  image({ type: 'glow-step', transformer: { type: 'additive' }, convolution: 'orthogonal', conditioner: network() }),
  image({ type: 'glow-step', transformer: { ...splines, direction: 'forward' }, conditioner: network() }, [2, 3, 2]),
  image({ type: 'glow-step', conditioner: network() }, [5]),
  image({ type: 'glow-step', conditioner: network({ padding: 'edge-channel' }) }, [2, 2, 1]),
  image({ type: 'split', keep: 'second', scale: 'exp', conditioner: prior({ logFactor: 0 }) }),
  image({ type: 'split', leave: 'all', conditioner: prior({ padding: 'edge-channel', unusedInputs: 2 }) }),
  image({ type: 'split', prior: 'standard' }),
  image({ type: 'glow', levels: 1, steps: 2, conditioner: network() }, [2, 4, 1]),
  ...paddings.map((padding) =>
    image(
      {
        type: 'glow',
        levels: 2,
        steps: 2,
        conditioner: network({ padding }),
        splitConditioner: prior({ padding }),
        topConditioner: prior({ padding }),
      },
      [4, 4, 1],
    ),
  ),
  image(
    { type: 'glow', levels: 2, steps: 1, order: 'space-major', conditioner: network(), topPrior: 'standard' },
    [4, 4, 1],
  ),
  image(
    {
      type: 'glow',
      levels: 2,
      steps: 1,
      transformer: { type: 'affine', order: 'shift-scale', scale: 'sigmoid' },
      conditioner: network({ padding: 'edge-channel', context: true }),
      topConditioner: prior({ padding: 'edge-channel', context: true }),
      priorScale: 'bounded-exp',
    },
    [4, 4, 1],
    3,
  ),
  image(
    {
      type: 'multi-scale',
      keep: 'second',
      levels: [{ layers: [{ type: 'squeeze' }, { type: 'scale' }] }, { layers: [{ type: 'shift' }] }],
    },
    [2, 4, 2],
  ),
];

function signals(options: Readonly<Record<string, unknown>>, time: number, context: number = 0): Case {
  const others = context > 0 ? ` with a context of ${context}` : '';
  return {
    name: `WaveNet ${JSON.stringify(options)} on [${time}]${others}`,
    event: [time],
    context,
    layers: [{ type: 'wavenet-flow', features: 4, dilations: [1, 2], lastLayer: filled.lastLayer, ...options }],
    base: normalBase,
  };
}

const gaussian = { type: 'affine', scale: { squash: 'softclip', bound: 1, offset: -0.3 } };
const waveNets = [
  signals({}, 7),
  signals({ type: 'wavenet-iaf' }, 7),
  signals({ transformer: gaussian, kernel: 3, stacks: 2 }, 9),
  signals({ type: 'wavenet-iaf', transformer: gaussian, skipFeatures: 3, outputFeatures: 5 }, 6, 2),
  signals({ local: { features: 2, hop: 3 } }, 7, 8),
  signals({ type: 'wavenet-iaf', local: { features: 1, hop: 2 } }, 5, 3),
  signals({ transformer: { type: 'mixture-of-gaussians', components: 3 } }, 4),
  signals({}, 1),
];

/** Autoregressive layers, mixtures, Glow and WaveNets, with every option that changes their function. */
export const deepCases: readonly Case[] = [...autoregressive, ...mixtures, ...glow, ...waveNets];
