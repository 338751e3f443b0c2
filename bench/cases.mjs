// What is measured: names, the exact work, and how to set it up.
import { fitTarget } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { autoregressiveCases } from './autoregressive-cases.mjs';
import { glowCases } from './glow-cases.mjs';
import { kernelCases } from './kernel-cases.mjs';
import { couplings, flowOf, sylvesters } from './models.mjs';
import { pixelCnnCases } from './pixelcnn-cases.mjs';
import { stockCouplings, stockDraw, stockPlanar, stockTraining } from './stock.mjs';
import { plainSteps, read, scoring, training } from './subjects.mjs';
import { waveNetCases } from './wavenet-cases.mjs';

const PLANAR = { features: 64, count: 32 };
const REAL_NVP = { features: 64, count: 8, hidden: [256, 256], affine: true };
const NICE = { features: 784, count: 4, hidden: [1000, 1000, 1000, 1000, 1000], affine: false };
const SPLINES = { features: 64, count: 8, hidden: [256, 256] };

/** Multiplications and additions of the dense layers, for one row in one direction. */
const floatingPointOperations = ({ features, count, hidden, parameters = 1 }) => {
  const widths = [features / 2, ...hidden, (features / 2) * parameters];
  return 2 * count * widths.slice(1).reduce((sum, width, index) => sum + width * widths[index], 0);
};

const realNvp = () =>
  flowOf({ features: REAL_NVP.features, layers: couplings({ type: 'affine-coupling', ...REAL_NVP }) });
const nice = () => {
  const layers = [...couplings({ type: 'additive-coupling', ...NICE }), { type: 'scaling' }];
  return flowOf({ features: NICE.features, layers, base: 'logistic' });
};
const splines = () =>
  flowOf({
    features: SPLINES.features,
    layers: couplings({ type: 'rational-quadratic-spline-coupling', ...SPLINES }).map((layer) => ({
      ...layer,
      bins: 8,
      interval: [-5, 5],
    })),
  });

/** Every case: `prepare` gives the subject `ours`, where there is one `stock`, and what to dispose of afterwards. */
export const cases = [
  {
    name: 'planar-forward',
    work: '32 planar tanh layers with the u-hat constraint, D = 2, batch 256: forward with log q',
    rival: 'planar.py',
    prepare() {
      const flow = flowOf({ features: 2, layers: [{ type: 'planar', layers: 32 }] });
      const stock = stockPlanar({ features: 2, count: 32 });
      const z = tf.randomNormal([256, 2], 0, 1, 'float32', 1);
      return {
        ours: { run: () => forwardOnce(flow, z) },
        stock: { run: () => read(() => Object.values(stockDraw(stock, z))) },
        owned: [flow, z, ...stock.variables],
      };
    },
  },
  {
    name: 'planar-train',
    work: '32 planar tanh layers, D = 64, 256 draws: a reverse-KL step to N(1, I), gradient and Adam',
    rival: 'planar.py',
    prepare() {
      const logDensity = (x) => tf.mul(tf.sum(tf.square(tf.sub(x, 1)), 1), -0.5);
      const flow = flowOf({ features: 64, layers: [{ type: 'planar', layers: 32 }] });
      const stock = stockPlanar(PLANAR);
      const training = stockTraining({
        variables: stock.variables,
        loss() {
          const { x, logProb } = stockDraw(stock, tf.randomNormal([256, PLANAR.features]));
          return tf.mean(tf.sub(logProb, logDensity(x)));
        },
      });
      const train = (hooks) => fitTarget(flow, logDensity, { samples: 256, annealing: null, ...plainSteps(hooks) });
      return { ours: { train }, stock: training, owned: [flow, training] };
    },
  },
  {
    name: 'sylvester-amortised',
    work: '16 triangular Sylvester layers, D = 64, M = 32, batch 256, parameters of its own for every row: forward with log q',
    rival: 'sylvester.py',
    prepare() {
      const layers = sylvesters({ count: 16, width: 32, rows: 256 });
      const flow = flowOf({ features: 64, layers, contextSize: 1 });
      const z = tf.randomNormal([256, 64], 0, 1, 'float32', 1);
      const context = tf.zeros([256, 1]);
      return { ours: { run: () => forwardOnce(flow, z, context) }, owned: [flow, z, context] };
    },
  },
  {
    name: 'sylvester-shared',
    work: '16 triangular Sylvester layers, D = 64, M = 32, batch 256, one set of parameters: forward with log q',
    rival: 'sylvester.py',
    prepare() {
      const flow = flowOf({ features: 64, layers: sylvesters({ count: 16, width: 32 }) });
      const z = tf.randomNormal([256, 64], 0, 1, 'float32', 1);
      return { ours: { run: () => forwardOnce(flow, z) }, owned: [flow, z] };
    },
  },
  ...[1, 256, 4096].map((batch) => ({
    name: `realnvp-log-prob-${batch}`,
    work: `8 affine couplings, conditioners 32-256-256-64, batch ${batch}: log p(x)`,
    rival: 'realnvp.py',
    operations: batch * floatingPointOperations({ ...REAL_NVP, parameters: 2 }),
    prepare: () => scoring({ flow: realNvp(), model: stockCouplings(REAL_NVP), batch }),
  })),
  {
    name: 'realnvp-train',
    work: 'the same model, batch 256: gradient of mean -log p(x) and one Adam update',
    rival: 'realnvp.py',
    operations: 3 * 256 * floatingPointOperations({ ...REAL_NVP, parameters: 2 }),
    prepare: () => training({ flow: realNvp(), model: stockCouplings(REAL_NVP), batch: 256 }),
  },
  {
    name: 'nice784-train',
    work: '4 additive couplings, conditioners 392-1000x5-392, logistic prior, batch 200: gradient and Adam',
    rival: 'nice.py',
    operations: 3 * 200 * floatingPointOperations(NICE),
    rounds: 1,
    prepare: () => training({ flow: nice(), model: stockCouplings(NICE), batch: 200 }),
  },
  {
    name: 'rqs-log-prob',
    work: '8 rational-quadratic spline couplings, 8 bins on [-5, 5], conditioners 32-256-256-736, batch 256: log p(x)',
    rival: 'rqs.py',
    operations: 256 * floatingPointOperations({ ...SPLINES, parameters: 23 }),
    prepare: () => scoring({ flow: splines(), batch: 256 }),
  },
  {
    name: 'rqs-train',
    work: 'the same model, batch 256: gradient of mean -log p(x) and one Adam update',
    rival: 'rqs.py',
    operations: 3 * 256 * floatingPointOperations({ ...SPLINES, parameters: 23 }),
    prepare: () => training({ flow: splines(), batch: 256 }),
  },
  ...glowCases,
  ...autoregressiveCases,
  ...pixelCnnCases,
  ...waveNetCases,
  ...kernelCases,
];

/** x = f(z) and log q(x) = log p(z) − log|det ∂x/∂z|. */
function forwardOnce(flow, z, context) {
  read(() => {
    const { value, logDet } = flow.forward(z, context);
    return [value, tf.sub(flow.base.logProb(z), logDet)];
  });
}
