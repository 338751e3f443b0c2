/**
 * One thread and several for work of growing size, µs: node scripts/thresholds.mjs [--threads N] [--seconds S]
 *
 * `awake`: call follows call; `asleep`: half a millisecond lies between them, in which the other threads go to sleep.
 * Sizes begin below the least work that is shared, where every column must be the same; above it no column of several
 * threads may be larger than that of one. Wants idle cores. Run `npm run build:native` and `npx tsc --build` before.
 */
import { parseArgs } from 'node:util';
import { loadAddon } from '../dist/addon.js';
import { defaultThreads } from '../dist/threads.js';

const { values } = parseArgs({
  options: { threads: { type: 'string' }, seconds: { type: 'string', default: '0.3' } },
});
const threads = Number(values.threads ?? Math.max(2, defaultThreads()));
const milliseconds = 1000 * Number(values.seconds);
const addon = loadAddon();

const heap = new ArrayBuffer(256 * 2 ** 20);
new Float32Array(heap).fill(0.5);
const GEOMETRY = 64;
/** Places of three tensors, each of up to 64 MiB. */
const [A, B, C] = [1, 2, 3].map((part) => part * 64 * 2 ** 20);

const { products, convolutions, elementwise, reductions, optimizers } = addon.functions;

const product = (size) => ({
  name: `product ${size}×${size}×${size}`,
  work: `${((2 * size ** 3) / 1e6).toFixed(2)} M`,
  run: () => products.batchedProduct(heap, A, size, 1, 0, B, size, 1, 0, C, 0, size, size, size, 1, 0),
});

const convolution = (part, side) => {
  const [batch, channels, filter] = [4, 32, 3];
  const geometry = [batch, side, side, channels, side, side, channels, filter, filter, 1, 1, 1, 1, 1, 1];
  const operations = 2 * batch * side * side * channels * channels * filter * filter;
  const calls = {
    convolve: () => convolutions.convolve(heap, GEOMETRY, A, B, 0, C, 0),
    filterGradient: () => convolutions.filterGradient(heap, GEOMETRY, A, C, B, 0),
    wholeInputGradient: () => convolutions.wholeInputGradient(heap, GEOMETRY, C, B, A),
  };
  const name = `${part} 3×3, 32 channels, ${batch}×${side}×${side}`;
  const before = () => new Int32Array(heap, GEOMETRY, geometry.length).set(geometry);
  return { name, work: `${(operations / 1e6).toFixed(2)} M`, before, run: calls[part] };
};

const elements = (name, run) => (count) => ({ name, work: `${(count / 1000).toFixed(0)} k`, run: () => run(count) });
const functions = [
  elements('exp', (count) => elementwise.vectorExp(heap, A, C, count)),
  elements('log1p', (count) => elementwise.vectorLogOnePlus(heap, A, C, count)),
  elements('sqrt', (count) => elementwise.vectorSquareRoot(heap, A, C, count)),
  elements('add', (count) => elementwise.rowsAdd(heap, A, B, C, count / 1024, 1024, 1024, 1024, 1, 1)),
  elements('sum of rows of 1024', (count) => reductions.sumRuns(heap, A, C, count / 1024, 4096, 1, 0, 1024, 1)),
  elements('average of weights', (count) => optimizers.averageStep(heap, A, B, C, count, 0.1)),
];

const cases = [
  ...[48, 64, 80, 96, 100, 101, 112, 128, 160, 256, 512].map(product),
  ...['convolve', 'filterGradient', 'wholeInputGradient'].flatMap((part) =>
    [3, 5, 6, 8, 16, 28].map((side) => convolution(part, side)),
  ),
  ...functions.flatMap((of) => [64, 240, 256, 320, 500, 640, 1024, 4096].map((blocks) => of(1024 * blocks))),
];

console.log(`| work | size | 1, awake | ${threads}, awake | 1, asleep | ${threads}, asleep | faster, awake | asleep |`);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const each of cases) {
  const [oneAwake, manyAwake] = compare(each, 0);
  const [oneAsleep, manyAsleep] = compare(each, 0.5);
  const ratios = [oneAwake / manyAwake, oneAsleep / manyAsleep].map((ratio) => `${ratio.toFixed(2)}×`);
  const columns = [oneAwake, manyAwake, oneAsleep, manyAsleep].map((time) => (1000 * time).toFixed(1));
  console.log(`| ${[each.name, each.work, ...columns, ...ratios].join(' | ')} |`);
}

/** Lower quartiles of calls with one thread and with several, in turns, so that both see the same moods of the machine. */
function compare({ before, run }, gap) {
  before?.();
  const times = [[], []];
  const end = performance.now() + milliseconds;
  do {
    for (const [index, count] of [1, threads].entries()) {
      addon.setThreads(count);
      run();
      for (let again = 0; again < 20; again++) {
        const pause = performance.now() + gap;
        while (performance.now() < pause);
        const start = performance.now();
        run();
        times[index].push(performance.now() - start);
      }
    }
  } while (performance.now() < end);
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 2]);
}
