import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { createRegistry, fit, Random, type FlowModel } from '@flowzoo/core';
import { accelerate, type Acceleration } from '@flowzoo/kernels-wasm';
import { coupling } from '@flowzoo/layers-coupling';
import { fixedCases } from './cases.ts';

/** What the page finds; the test reads it from `window.pageReport`. */
export interface Report {
  readonly acceleration: Acceleration;
  /** Largest |difference| to the cpu backend, divided by the largest value, by case. */
  readonly differences: Readonly<Record<string, number>>;
  /** Mean −log p at every step of the training. */
  readonly losses: readonly number[];
  /** Of a product 256×512×512, plain and with a transposed factor. */
  readonly gigaflops: readonly [plain: number, transposed: number];
}

async function onBackend(name: string): Promise<number[][][]> {
  await tf.setBackend(name);
  return fixedCases.map(({ run }) => {
    const result = tf.tidy(run);
    const list = Array.isArray(result) ? result : [result];
    return list.map((tensor) => Array.from(tensor.dataSync()));
  });
}

function difference(found: readonly number[][], expected: readonly number[][]): number {
  const [a, b] = [found.flat(), expected.flat()];
  if (a.length !== b.length) return Infinity;
  const largest = b.reduce((size, each) => Math.max(size, Math.abs(each)), 1e-30);
  return a.reduce((worst, each, i) => Math.max(worst, Math.abs(each - b[i]!)), 0) / largest;
}

/** Four additive couplings on correlated points in eight dimensions. */
async function trainNice(): Promise<number[]> {
  const layers = [0, 1, 0, 1].map((parity) => ({
    type: 'additive-coupling',
    mask: 'alternating',
    parity,
    conditioner: { type: 'mlp', hidden: [64, 64] },
  }));
  const model = { type: 'flow', base: { type: 'logistic' }, layers: [...layers, { type: 'scaling' }] };
  const flow = createRegistry()
    .use(coupling)
    .build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [8], seed: 1, model } as never);
  const noise = new Random(1).normals(2048 * 8);
  const rows = tf.tidy(() => {
    const z = tf.tensor2d(noise, [2048, 8]);
    return tf.add(tf.mul(z, 0.3), tf.slice(z, [0, 0], [-1, 1]));
  });
  const losses: number[] = [];
  await fit(flow, rows, {
    steps: 50,
    batchSize: 128,
    seed: 1,
    optimizer: { learningRate: 5e-3 },
    onEvent: (event) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  });
  rows.dispose();
  flow.dispose();
  return losses;
}

function productSpeed(transposeB: boolean): number {
  const [a, b] = [tf.ones([256, 512]), tf.ones([512, 512])] as [tf.Tensor2D, tf.Tensor2D];
  const count = 20;
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) tf.matMul(a, b, false, transposeB).dispose();
    best = Math.min(best, performance.now() - start);
  }
  tf.dispose([a, b]);
  return (count * 2 * 256 * 512 * 512) / best / 1e6;
}

async function run(): Promise<Report> {
  tf.enableProdMode();
  // The threaded build shares its heap, and phones have trouble with it.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('/wasm/');
  const expected = await onBackend('cpu');
  await tf.setBackend('wasm');
  const acceleration = await accelerate();
  const found = await onBackend('wasm');
  const differences = Object.fromEntries(
    fixedCases.map(({ name }, i) => [
      name,
      difference(
        found[i]!.map((each) => each),
        expected[i]!,
      ),
    ]),
  );
  const losses = await trainNice();
  return { acceleration, differences, losses, gigaflops: [productSpeed(false), productSpeed(true)] };
}

const page = globalThis as unknown as { pageReport?: Report; failure?: string };
run().then(
  (report) => {
    page.pageReport = report;
    document.querySelector('#report')!.textContent = JSON.stringify(report, null, 2);
  },
  (error: unknown) => {
    page.failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  },
);
