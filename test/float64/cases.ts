import type { Shape } from './weights.ts';

/** A part of a spec with any options. */
export type Part = Readonly<Record<string, unknown>> & { readonly type: string };
type Entry = Part | { readonly repeat: number; readonly layers: readonly Entry[] };

/** A small flow that the reference and tfjs are compared on. */
export interface Case {
  readonly name: string;
  readonly event: Shape;
  /** Width of the context; default: none. */
  readonly context?: number;
  readonly layers: readonly Entry[];
  readonly base: Part;
}

/** N(0, 1). */
export const normalBase: Part = { type: 'standard-normal' };
const mlp: Part = { type: 'mlp', hidden: [7], activation: 'tanh' };

function one(layer: Part, event: Shape = [5], base: Part = normalBase): Case {
  const { type, conditioner: _, ...options } = layer;
  const said = Object.keys(options).length === 0 ? '' : ` ${JSON.stringify(options)}`;
  return { name: `${type}${said} on [${event.join(', ')}]`, event, layers: [layer], base };
}

/** A coupling between two of the other parity, so that everything is transformed. */
function sandwich(type: string, options: Readonly<Record<string, unknown>>, event: Shape = [5]): Case {
  const layer = (parity: number): Part => ({ type, conditioner: mlp, parity, ...options });
  return {
    name: `${type} ${JSON.stringify(options)} on [${event.join(', ')}]`,
    event,
    layers: [layer(0), layer(1)],
    base: normalBase,
  };
}

const elementwise = [
  one({ type: 'logit' }),
  one({ type: 'logit', alpha: 1e-6 }),
  one({ type: 'logit', alpha: 0.1, form: 'alpha+(1-alpha)x' }),
  ...['channel', 'element', 'scalar'].map((per) => one({ type: 'standardize', per }, [2, 3])),
  ...['channel', 'element', 'scalar'].map((per) => one({ type: 'scale', per, value: -2 }, [2, 3])),
  one({ type: 'scale', trainable: false, value: [1, -2, 0.5, 4, 255] }),
  ...['channel', 'element', 'scalar'].map((per) => one({ type: 'shift', per }, [2, 3])),
  one({ type: 'shift', trainable: false, value: 0.5 }),
  ...['exp', 'sigmoid', 'tanh', 'softplus'].map((type) => one({ type })),
  ...['element', 'channel'].map((per) => one({ type: 'scaling', per }, [2, 3])),
  one({ type: 'batch-normalization' }),
  one({ type: 'batch-normalization', trainable: false, epsilon: 0.1 }, [2, 2, 3]),
];

const structural = [
  one({ type: 'permutation' }),
  one({ type: 'permutation', order: 'reverse', axis: 0 }, [3, 2]),
  one({ type: 'permutation', order: [2, 0, 1], axis: 1 }, [2, 3, 2]),
  one({ type: 'flatten' }, [2, 3]),
  one({ type: 'reshape', shape: [3, 2] }, [2, 3]),
  ...['channel-major', 'space-major'].map((order) => one({ type: 'squeeze', order }, [2, 4, 2])),
  one({ type: 'squeeze', factor: 3 }, [3, 3, 2]),
].map((each): Case => {
  // Each element gets a scale of its own, so that a wrong order shows in the density as well.
  const { name, event, layers, base } = each;
  return {
    name,
    event,
    layers: [...layers, { type: 'scale' }, { type: 'softplus' }],
    base: { ...base, type: 'logistic' },
  };
});

const compositions: Case[] = [
  one({
    type: 'chain',
    layers: [{ repeat: 2, layers: [{ type: 'permutation' }, { type: 'scale' }] }, { type: 'exp' }],
  }),
  one({ type: 'invert', bijector: { type: 'affine-coupling', conditioner: mlp } }),
  one({ type: 'invert', bijector: { type: 'softplus' } }, [5], { type: 'uniform', interval: [0.5, 2] }),
  {
    name: 'repeat groups in repeat groups',
    event: [2, 3],
    layers: [
      { type: 'flatten' },
      {
        repeat: 2,
        layers: [
          { type: 'permutation' },
          { repeat: 2, layers: [{ type: 'affine-coupling', conditioner: mlp }, { type: 'shift' }] },
        ],
      },
    ],
    base: normalBase,
  },
];

const directions = ['inverse', 'forward'];
const affines = [
  ...['bounded-exp', 'sigmoid', 'tanh-learned', 'exp'].flatMap((scale) =>
    directions.map((direction) => sandwich('affine-coupling', { scale, direction })),
  ),
  ...directions.map((direction) => sandwich('affine-coupling', { order: 'shift-scale', shiftGain: 2, direction })),
  ...['softclip', 'tanh', 'tanh-amplitude', 'atan-amplitude', 'sigmoid-amplitude', 'clip'].map((squash) =>
    sandwich('affine-coupling', { scale: { squash, bound: 0.7, gain: 1.5 } }),
  ),
  sandwich('affine-coupling', { scale: { squash: 'tanh-learned', bound: 0.5, offset: 0.3 } }),
  sandwich('affine-coupling', { scale: { map: 'softplus', floor: 0.1, offset: 1 } }),
  sandwich('affine-coupling', { scale: { map: 'softplus' } }),
  sandwich('affine-coupling', { scale: { map: 'sigmoid', floor: 0.2, offset: -1 } }),
  sandwich('affine-coupling', { scale: { clip: [-0.5, 0.2] } }),
  sandwich('affine-coupling', { scale: { ceiling: 1.1 } }),
  sandwich('affine-coupling', { scale: { ceiling: 1.1, floor: 0.1 } }),
  sandwich('affine-coupling', { scale: { center: true } }),
  sandwich('affine-coupling', { scale: { center: true }, mask: 'channel' }, [2, 4]),
];

const additives = directions.map((direction) => sandwich('additive-coupling', { direction, shiftGain: 1.5 }));

const splineOptions: Readonly<Record<string, unknown>>[] = [
  {},
  { direction: 'forward' },
  { bins: 4, interval: [-2, 3], tails: 'linear', boundary: 'free' },
  { direction: 'forward', bins: 4, interval: [-2, 3], tails: 'linear', boundary: 'free' },
  { bins: 3, interval: [-3, 3], boundary: 'circular' },
  { bins: 3, interval: [-3, 3], boundary: 'lower-identity', tails: 'linear' },
  { bins: 3, interval: [-3, 3], boundary: 'upper-identity', tails: 'linear' },
  // The forms of other libraries: nflows, nflows with its identity start, zuko, flowjax.
  { slope: { offset: 0, floor: 1e-3 }, interval: [-3, 3] },
  { slope: { beta: Math.LN2 / (1 - 1e-3), floor: 1e-3 }, bin: { floor: 1e-3 }, interval: [-3, 3] },
  {
    bin: { floor: 0, squash: 'softclip', bound: 3.45 },
    slope: { map: 'exp', floor: 0, squash: 'softclip', bound: 6.9 },
  },
  { bin: { splitFirst: true, floor: 0.01 }, interval: [-4, 4] },
  { bin: { gain: 0.5, squash: 'tanh', bound: 1 }, slope: { map: 'exp', gain: 0.5, floor: 0.01 } },
  { bins: 16, bin: { floor: 1e-4, gain: 0.5 }, slope: { floor: 1e-4 } },
];
const splines = splineOptions.map((options) => sandwich('rational-quadratic-spline-coupling', options));

const masks = [
  ...['alternating', 'halves'].flatMap((mask) => [
    sandwich('affine-coupling', { mask }, [5]),
    sandwich('affine-coupling', { mask }, [2, 4]),
  ]),
  sandwich('affine-coupling', { mask: { identity: [3, 0] } }, [5]),
  sandwich('rational-quadratic-spline-coupling', { mask: 'channel', bins: 3 }, [2, 2, 4]),
  sandwich('affine-coupling', { mask: 'checkerboard' }, [2, 3, 2]),
  sandwich('rational-quadratic-spline-coupling', { mask: 'checkerboard' }, [3, 2, 1]),
  one({ type: 'affine-coupling', conditioner: mlp, parity: 0 }, [1]),
  sandwich('coupling', { transformer: { type: 'additive' }, unconditional: { type: 'affine' } }),
  sandwich('coupling', { unconditional: { type: 'rational-quadratic-spline', bins: 3 }, mask: 'halves' }, [2, 4]),
];

const activations = ['relu', 'elu', 'tanh', 'silu', 'gelu', 'leaky-relu', 'sigmoid', 'softplus', 'linear'];
const conditioners = [
  ...activations.map((activation): Part => ({ type: 'mlp', hidden: [7, 6], activation, slope: 0.1, dropout: 0.5 })),
  { type: 'mlp', hidden: [] },
  { type: 'mlp', hidden: [7], outputGain: 0.5, outputLogScale: 3, outputOffset: [0.3, -0.4] },
  { type: 'resnet', hidden: 7, blocks: 2, activation: 'relu', dropout: 0.5 },
  { type: 'resnet', hidden: 7, blocks: 2, activation: 'elu', preactivation: false },
  { type: 'resnet', hidden: 7, blocks: 0, outputLogScale: 1 },
].map((conditioner): Case => {
  const each = sandwich('affine-coupling', { conditioner });
  return { ...each, name: JSON.stringify(conditioner) };
});

const bases = [
  { type: 'standard-normal' },
  { type: 'logistic' },
  { type: 'diagonal-normal' },
  { type: 'diagonal-normal', trainable: false, mean: [0, 1, 2, 3, 4, 5], logScale: -1 },
  { type: 'normal-mixture', components: 3 },
  { type: 'uniform', interval: [-1, 2] },
].map((base): Case => ({
  name: `base ${JSON.stringify(base)}`,
  event: [2, 3],
  layers: [{ type: 'softplus' }, { type: 'affine-coupling', conditioner: mlp }],
  base,
}));

/** Every layer, conditioner and base that the reference knows, with every option that changes its function. */
export const cases: readonly Case[] = [
  ...elementwise,
  ...structural,
  ...compositions,
  ...additives,
  ...affines,
  ...splines,
  ...masks,
  ...conditioners,
  ...bases,
];
