// The same models on every tier of kernels, beside PyTorch: node bench/tiers.mjs [case…] [--seconds N] [--json] [--write]
//
// `--write` puts the table into the README of @flowzoo/kernels-native, whose addon must be compiled (npm run build:native).
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { accelerate, composedTier, restore, wasmTier } from '@flowzoo/kernels-wasm';
import * as tf from '@tensorflow/tfjs';
import { version_wasm as wasmVersion } from '@tensorflow/tfjs-backend-wasm';
import { nativeTier } from '../packages/kernels-native/dist/index.js';
import { cases } from './cases.mjs';
import { measureInTurn, summarizeTimes } from './measure.mjs';
import { describeMachine, machineFacts } from './report.mjs';
import { measureRival, torchVersion } from './rivals.mjs';
import { selectCases } from './select.mjs';

const DEFAULT = [
  'realnvp-train',
  'realnvp-log-prob-256',
  'realnvp-log-prob-4096',
  'nice784-train',
  'maf-train-784',
  'glow32-train',
  'gated-pixelcnn-train',
  'maf-sample-784-1',
  'maf-sample-784-16',
  'maf-sample-784-256',
  'wavenet-sample-1',
  'wavenet-sample-16',
];
const README = new URL('../packages/kernels-native/README.md', import.meta.url);

/** Replaces whatever runs by native kernels. */
async function useNative(threads) {
  restore();
  const { tier, notes } = await accelerate({ tiers: [nativeTier({ threads }), wasmTier, composedTier] });
  if (tier !== 'native') throw new Error(notes.join('; '));
}

const TIERS = [
  { name: 'tfjs', before: () => restore(), seconds: 0 },
  {
    name: 'wasm',
    before: () => {
      restore();
      return accelerate();
    },
  },
  { name: 'native 1', before: () => useNative(1) },
  { name: 'native 2', before: () => useNative(2) },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const { selected, unknown } = selectCases(cases, positionals.length > 0 ? positionals : DEFAULT);
if (unknown.length > 0) {
  console.error(`unknown case ${unknown.join(', ')}; node bench/run.mjs --list names them all`);
  process.exit(2);
}
await tf.setBackend('wasm');
await tf.ready();
const torch = await torchVersion();
const results = [];
for (const each of selected) results.push(await measureTiers(each, Number(values.seconds)));
const machine = { ...machineFacts({ tf, wasmVersion }), tier: 'all', features: [] };
if (values.json) console.log(JSON.stringify({ machine, torch, results }, null, 2));
else console.log(`${describeMachine(machine)}\n\n${tableOf(results)}`);
if (values.write) write(tableOf(results), machine);

async function measureTiers(each, seconds) {
  process.stderr.write(`${each.name} …\n`);
  const rivals = torch === null || each.rival === undefined ? [] : await measureRival(each, { seconds });
  const { ours, owned } = each.prepare();
  const milliseconds = {};
  try {
    for (const tier of TIERS) {
      // tfjs as it ships has no kernel for it.
      if (tier.name === 'tfjs' && each.name === 'convolution-filter-gradient') continue;
      const [times] = await measureInTurn([{ ...ours, before: tier.before }], {
        seconds: tier.seconds ?? seconds,
        rounds: 1,
      });
      milliseconds[tier.name] = summarizeTimes(times).median;
    }
  } finally {
    restore();
    for (const thing of owned) thing.dispose();
  }
  for (const { threads, median } of rivals) milliseconds[`PyTorch ${threads}`] = median;
  return { name: each.name, milliseconds };
}

function tableOf(all) {
  const columns = [...new Set(all.flatMap(({ milliseconds }) => Object.keys(milliseconds)))];
  const short = (value) => (value === undefined ? '' : String(Number(value.toPrecision(3))));
  const ratio = ({ milliseconds }, threads) => {
    const [own, rival] = [milliseconds[`native ${threads}`], milliseconds[`PyTorch ${threads}`]];
    return rival === undefined ? '' : `${(own / rival).toFixed(2)}×`;
  };
  const titles = ['ms', ...columns, 'native ÷ PyTorch, 1', '2'];
  const rows = all.map((each) => [
    `\`${each.name}\``,
    ...columns.map((name) => short(each.milliseconds[name])),
    ratio(each, 1),
    ratio(each, 2),
  ]);
  return [titles, titles.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function write(table, { cpu, cores, node, tfjs }) {
  const machineLine = `Medians on ${cpu}, ${cores} cores, Node ${node}, tfjs ${tfjs}, PyTorch ${torch}; tfjs: one cold repeat.`;
  const text = readFileSync(README, 'utf8');
  const filled = text.replace(
    /<!-- tiers -->[\s\S]*<!-- \/tiers -->/,
    `<!-- tiers -->\n\n${table}\n\n${machineLine}\n\n<!-- /tiers -->`,
  );
  writeFileSync(README, filled);
}
