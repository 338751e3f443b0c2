// Runs the benchmark: node bench/run.mjs [case…] [--json] [--seconds N] [--relaxed]
import { parseArgs } from 'node:util';
import { accelerate, restore } from '@flowzoo/kernels-wasm';
import * as tf from '@tensorflow/tfjs';
import { version_wasm as wasmVersion } from '@tensorflow/tfjs-backend-wasm';
import { cases } from './cases.mjs';
import { measureInTurn, summarizeTimes } from './measure.mjs';
import { describeMachine, isScaled, machineFacts, resultOf, tableOf } from './report.mjs';
import { measureRival, torchVersion } from './rivals.mjs';
import { selectCases } from './select.mjs';

const { values, positionals } = readArguments();
const seconds = Number(values.seconds);
if (!(seconds >= 0)) fail(`--seconds: expected a number of at least 0 (got ${values.seconds})`);
const { selected, unknown } = selectCases(cases, positionals);
if (unknown.length > 0) {
  fail(`unknown case ${unknown.join(', ')}; there are ${cases.map(({ name }) => name).join(', ')}`);
}

if (values.list) {
  console.log(cases.map(({ name, work }) => `${name}: ${work}`).join('\n'));
} else {
  await runCases();
}

function readArguments() {
  const options = {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
    relaxed: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return fail(`${error.message}\nnode bench/run.mjs [case…] [--json] [--seconds N] [--relaxed] [--list]`);
  }
}

async function runCases() {
  await tf.setBackend('wasm');
  await tf.ready();
  const kernels = await accelerate({ relaxed: values.relaxed });
  const machine = { ...machineFacts({ tf, wasmVersion }), tier: kernels.tier, features: kernels.features };
  const torch = await torchVersion();
  const results = [];
  for (const each of selected) {
    process.stderr.write(`${each.name} …\n`);
    const rivals = torch === null || each.rival === undefined ? [] : await measureRival(each, { seconds });
    results.push(resultOf(each, { ...(await measureCase(each)), rivals }));
  }
  if (values.json) {
    console.log(JSON.stringify({ machine, seconds, torch, results }, null, 2));
    return;
  }
  console.log(describeMachine(machine));
  console.log(torch === null ? 'No python3 with torch here: no rivals.' : `Rivals: plain PyTorch ${torch}`);
  console.log(`\n${tableOf(results)}`);
  if (isScaled(results)) console.log('\n* scaled from a part of the work');
}

async function measureCase(each) {
  const { ours, stock, owned } = each.prepare();
  try {
    const own = { ...ours, before: () => accelerate({ relaxed: values.relaxed }) };
    const subjects = stock === undefined ? [own] : [own, { ...stock, before: restore }];
    const [times, other] = await measureInTurn(subjects, { seconds, rounds: each.rounds });
    if (other === undefined) return { ours: summarizeTimes(times) };
    const scale = stock.scale ?? 1;
    return { ours: summarizeTimes(times), stock: { ...summarizeTimes(other.map((time) => scale * time)), scale } };
  } finally {
    await accelerate({ relaxed: values.relaxed });
    for (const thing of owned) thing.dispose();
  }
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
