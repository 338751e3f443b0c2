import * as tf from '@tensorflow/tfjs';
import { isFlow, type FlowModel, type Model, type Registry } from '@flowzoo/core';
import type { Acceleration } from '@flowzoo/kernels-wasm';
import { listPresets, loadPreset } from '@flowzoo/zoo';
import type { Command } from 'commander';
import { addExamples, addJson } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { commandVersion } from '../version.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A round trip may lose this much of the largest value: float32 through dozens of layers, and nothing worse. */
const TOLERANCE = 1e-2;

/** `flowzoo doctor`: whether this installation works. */
export function addDoctor(program: Command, { terminal, outcome }: CommandContext): void {
  const command = program
    .command('doctor')
    .description('check this installation: engine, plugins, every preset')
    .action(async (options: SessionOptions & { json?: boolean }) => {
      const findings = await examine(options, terminal);
      outcome.exitCode = findings.every((finding) => finding.ok) ? 0 : 1;
      if (options.json === true) terminal.out(JSON.stringify(findings, null, 2));
      else for (const { check, ok, detail } of findings) terminal.out(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}`);
    });
  addExamples(addJson(command), 'doctor', 'doctor --backend cpu', 'doctor --json');
}

async function examine(options: SessionOptions, terminal: Terminal): Promise<Finding[]> {
  const findings: Finding[] = [
    { check: 'flowzoo', ok: true, detail: commandVersion() },
    { check: 'node', ok: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
  ];
  const { registry, acceleration } = await openSession(options, terminal);
  findings.push({ check: 'tfjs', ok: true, detail: await describeEngine(acceleration) });
  const plugins = [...registry.plugins].map(([name, version]) => `${name}@${version}`).join(', ');
  findings.push({ check: 'plugins', ok: true, detail: plugins });
  for (const { name } of await listPresets()) findings.push(await examinePreset(name, registry));
  return findings;
}

async function describeEngine({ tier, features, kernels }: Acceleration): Promise<string> {
  const backend = tf.getBackend();
  if (backend !== 'wasm') return `${tf.version.tfjs}, backend ${backend}`;
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  const count = Object.keys(kernels).length;
  const ours = tier === 'stock' ? 'stock kernels' : `${count} kernels of tier ${[tier, ...features].join(', ')}`;
  return `${tf.version.tfjs}, backend wasm with${simd ? '' : 'out'} SIMD, ${ours}`;
}

async function examinePreset(name: string, registry: Registry): Promise<Finding> {
  try {
    const model = await loadPreset<Model>(name, { registry });
    const finding = isFlow(model) ? await examineFlow(model as FlowModel) : await examineScores(model);
    model.dispose();
    return { check: name, ...finding };
  } catch (error) {
    return { check: name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

type Examined = Omit<Finding, 'check'>;

/** Largest |decode(encode(x)) − x| over some samples, beside the largest |x|. */
async function examineFlow(flow: FlowModel): Promise<Examined> {
  const { x, context } = await drawSome(flow);
  const both = tf.tidy(() => {
    const back = flow.decode(flow.encode(x, context), context);
    return tf.stack([tf.max(tf.abs(tf.sub(back, x))), tf.max(tf.abs(x))]);
  });
  const [error, size] = (await both.data()) as Float32Array;
  tf.dispose([x, both, ...(context === undefined ? [] : [context])]);
  const detail = `round trip within ${error!.toExponential(1)} of values up to ${size!.toPrecision(3)}`;
  return { ok: error! <= TOLERANCE * Math.max(1, size!), detail };
}

/** Whether a model without latents scores what it draws. */
async function examineScores(model: Model): Promise<Examined> {
  const { x, context } = await drawSome(model);
  const scores = model.logProb(x, context);
  const nats = Array.from(await scores.data());
  tf.dispose([x, scores, ...(context === undefined ? [] : [context])]);
  const mean = nats.reduce((sum, each) => sum + each, 0) / nats.length;
  return {
    ok: nats.every((each) => Number.isFinite(each)),
    detail: `scores its own draws, ${mean.toPrecision(4)} nats`,
  };
}

/** Eight draws; a conditional model gets one-hot contexts. */
async function drawSome(model: Model): Promise<{ readonly x: tf.Tensor; readonly context: tf.Tensor | undefined }> {
  const { contextSize } = model;
  const labels = Array.from({ length: 8 }, (_, i) => i % contextSize);
  const context =
    contextSize === 0 ? undefined : tf.tidy(() => tf.cast(tf.oneHot(labels, contextSize), 'float32') as tf.Tensor);
  return { x: await model.sample(8, { seed: 1, context }), context };
}
