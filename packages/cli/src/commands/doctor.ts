import * as tf from '@tensorflow/tfjs';
import type { FlowModel, Registry } from '@flowzoo/core';
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
    const flow = await loadPreset(name, { registry });
    const { error, size } = await roundTrip(flow);
    flow.dispose();
    const detail = `round trip within ${error.toExponential(1)} of values up to ${size.toPrecision(3)}`;
    return { check: name, ok: error <= TOLERANCE * Math.max(1, size), detail };
  } catch (error) {
    return { check: name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Largest |decode(encode(x)) − x| over some samples, and the largest |x|. */
async function roundTrip(flow: FlowModel): Promise<{ readonly error: number; readonly size: number }> {
  const x = await flow.sample(8, { seed: 1 });
  const both = tf.tidy(() => tf.stack([tf.max(tf.abs(tf.sub(flow.decode(flow.encode(x)), x))), tf.max(tf.abs(x))]));
  const [error, size] = await both.data();
  tf.dispose([x, both]);
  return { error: error!, size: size! };
}
