// Results as a table and as data.
import { cpus, loadavg, totalmem } from 'node:os';
import { formatTable } from '@flowzoo/cli';

/**
 * The table of results: medians in milliseconds, and how many times as long the others took.
 *
 * A result is `{ name, ours, stock?, rivals, gigaflops? }`: `ours` and `stock` as `summarizeTimes` gives them, `rivals` a list
 * of `{ threads, median }`. One with a `scale` that is not 1 is marked.
 */
export function tableOf(results) {
  const threads = [...new Set(results.flatMap(({ rivals }) => rivals.map((rival) => rival.threads)))].toSorted(
    (a, b) => a - b,
  );
  const titles = [
    'case',
    'ms',
    'repeats',
    'GF/s',
    'stock ms',
    'stock ÷ ours',
    ...threads.flatMap((count) => [`torch ${count} ms`, `÷ ours`]),
  ];
  const rows = results.map(({ name, ours, stock, rivals, gigaflops }) => [
    name,
    significant(ours.median),
    String(ours.repeats),
    significant(gigaflops),
    marked(stock),
    ratio(stock?.median, ours.median),
    ...threads.flatMap((count) => {
      const rival = rivals.find(({ threads: own }) => own === count);
      return [marked(rival), ratio(rival?.median, ours.median)];
    }),
  ]);
  return formatTable({ titles, rows, alignRight: titles.map((_, column) => column).slice(1) });
}

/** The numbers of one case, ratios and speed included. */
export function resultOf({ name, work, operations }, { ours, stock, rivals }) {
  return {
    name,
    work,
    ours,
    ...(operations === undefined ? {} : { gigaflops: operations / ours.median / 1e6 }),
    ...(stock === undefined ? {} : { stock, stockRatio: stock.median / ours.median }),
    rivals: rivals.map((rival) => ({ ...rival, ratio: rival.median / ours.median })),
  };
}

/** What the numbers depend on. */
export function machineFacts({ tf, wasmVersion }) {
  const env = tf.env();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    tfjs: tf.version.tfjs,
    wasm: wasmVersion,
    backend: tf.getBackend(),
    simd: env.get('WASM_HAS_SIMD_SUPPORT'),
    date: new Date().toISOString(),
  };
}

/** The facts in two lines. */
export function describeMachine(facts) {
  const { cpu, cores, loadAverage, platform, node, tfjs, wasm, backend, tier, features } = facts;
  return [
    `${cpu}, ${cores} cores, load ${loadAverage[0]} at the start, ${platform}, node ${node}`,
    `tfjs ${tfjs}, tfjs-backend-wasm ${wasm}, backend ${backend}, kernels ${[tier, ...features].join(', ')}, one thread`,
  ].join('\n');
}

function significant(value) {
  if (value === undefined) return null;
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Whether a table has marks. */
export function isScaled(results) {
  return results.some(({ stock, rivals }) => [stock, ...rivals].some((times) => (times?.scale ?? 1) !== 1));
}

function marked(times) {
  const text = significant(times?.median);
  return text !== null && (times.scale ?? 1) !== 1 ? `${text}*` : text;
}

function ratio(other, own) {
  return other === undefined ? null : `${significant(other / own)}×`;
}
