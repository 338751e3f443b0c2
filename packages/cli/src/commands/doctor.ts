import * as tf from '@tensorflow/tfjs';
import { isFlowzooError, type FlowModel } from '@flowzoo/core';
import { listPresets, loadPreset } from '@flowzoo/zoo';
import type { Command } from 'commander';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `flowzoo doctor`: whether this installation works. */
export function addDoctor(program: Command, { terminal, outcome }: CommandContext): void {
  program
    .command('doctor')
    .description('check this installation: engine, plugins, presets')
    .option('--json', 'print JSON')
    .action(async (options: SessionOptions & { json?: boolean }) => {
      const findings = await examine(options);
      outcome.exitCode = findings.every((finding) => finding.ok) ? 0 : 1;
      if (options.json === true) terminal.out(JSON.stringify(findings, null, 2));
      else for (const { check, ok, detail } of findings) terminal.out(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}`);
    });
}

async function examine(options: SessionOptions): Promise<Finding[]> {
  const findings: Finding[] = [{ check: 'node', ok: true, detail: process.version }];
  await startEngine(options);
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const backend = tf.getBackend();
  const detail = `${tf.version.tfjs}, backend ${backend}${backend === 'wasm' ? ` with${simd === true ? '' : 'out'} SIMD` : ''}`;
  findings.push({ check: 'tfjs', ok: true, detail });
  const registry = await openRegistry(options);
  const plugins = [...registry.plugins].map(([name, version]) => `${name}@${version}`).join(', ');
  findings.push({ check: 'plugins', ok: true, detail: plugins });
  for (const { name } of await listPresets()) {
    try {
      const flow = await loadPreset(name, { registry });
      findings.push({ check: name, ok: true, detail: `round trip within ${await roundTripError(flow)}` });
      flow.dispose();
    } catch (error) {
      if (!isFlowzooError(error)) throw error;
      findings.push({ check: name, ok: false, detail: error.message });
    }
  }
  return findings;
}

/** Largest |decode(encode(x)) − x| over some samples. */
async function roundTripError(flow: FlowModel): Promise<string> {
  const x = await flow.sample(8, { seed: 1 });
  const error = tf.tidy(() => tf.max(tf.abs(tf.sub(flow.decode(flow.encode(x)), x))));
  const [value] = await error.data();
  tf.dispose([x, error]);
  return value!.toExponential(1);
}
