// Glow on images: training, scoring and drawing.
import { createRegistry } from '@flowzoo/core';
import { glow } from '@flowzoo/layers-glow';
import { stockGlow } from './stock-glow.mjs';
import { normalBatch, read, scoring, training } from './subjects.mjs';

const BATCH = 16;
const MODELS = {
  glow28: { event: [28, 28, 1], levels: 2, steps: 4, width: 64 },
  glow32: { event: [32, 32, 3], levels: 3, steps: 8, width: 128 },
};

const registry = createRegistry().use(glow);

/** The model, ready to score: its normalizations start at the identity. */
export function glowOf({ event, levels, steps, width }) {
  const layer = {
    type: 'glow',
    levels,
    steps,
    conditioner: { type: 'glow-network', hidden: width, padding: 'zeros', normalization: 'none' },
    transformer: { type: 'affine', order: 'shift-scale', scale: 'sigmoid' },
    priorScale: 'exp',
    initialization: 'identity',
  };
  const model = { type: 'flow', layers: [layer] };
  return registry.build({ format: 'flowzoo/model', version: 1, event, seed: 1, model });
}

/** Multiplications and additions of the convolutions, for one image in one direction. */
function floatingPointOperations({ event, levels, steps, width }) {
  let [height, rowLength, channels] = event;
  let products = 0;
  for (let level = 0; level < levels; level++) {
    [height, rowLength, channels] = [height / 2, rowLength / 2, channels * 4];
    const half = channels / 2;
    const network = 9 * half * width + width * width + 9 * width * channels;
    products += height * rowLength * steps * (channels * channels + network);
    if (level === levels - 1) break;
    products += height * rowLength * 9 * half * channels;
    channels = half;
  }
  return 2 * products;
}

function drawing(options) {
  const [flow, model] = [glowOf(options), stockGlow(options)];
  const z = normalBatch(BATCH, flow.latentShape);
  const inverses = model.prepare();
  return {
    ours: { run: () => read(() => [flow.forward(z).value]) },
    stock: { run: () => read(() => [model.decode(z)]) },
    owned: [flow, z, ...inverses, ...model.variables, ...model.fixed.flat()],
  };
}

function scoringBoth(options) {
  const model = stockGlow(options);
  const { owned, ...subjects } = scoring({ flow: glowOf(options), model, batch: BATCH });
  return { ...subjects, owned: [...owned, ...model.fixed.flat()] };
}

/** Cases of Glow. */
export const glowCases = Object.entries(MODELS).flatMap(([name, options]) => {
  const { event, levels, steps, width } = options;
  const operations = BATCH * floatingPointOperations(options);
  const model = `Glow on ${event.join('×')}, ${levels} scales of ${steps} steps, networks 3×3-1×1-3×3 of width ${width}`;
  return [
    {
      name: `${name}-train`,
      work: `${model}, batch ${BATCH}: gradient of mean -log p(x) and one Adam update; stock tfjs cannot train it on wasm`,
      rival: 'glow.py',
      operations: 3 * operations,
      prepare: () => training({ flow: glowOf(options), batch: BATCH }),
    },
    {
      name: `${name}-log-prob`,
      work: `${model}, batch ${BATCH}: log p(x)`,
      rival: 'glow.py',
      operations,
      prepare: () => scoringBoth(options),
    },
    {
      name: `${name}-sample`,
      work: `${model}, batch ${BATCH}: x = f(z)`,
      rival: 'glow.py',
      operations,
      prepare: () => drawing(options),
    },
  ];
});
