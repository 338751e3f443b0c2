import { createRegistry, fit, packModel, readSafetensors, type FlowModel, type TrainingWorkers } from '@flowzoo/core';
import { workerThreads } from '@flowzoo/core/node';
import { coupling } from '@flowzoo/layers-coupling';
import { glow } from '@flowzoo/layers-glow';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../src/session.ts';
import { flowzoo, openWorkshop, tableSpec, type Outcome, type Workshop } from './flowzoo.ts';

const loader = new URL('../../core/test/threads/register-typescript.mjs', import.meta.url).href;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const setup = new URL('../src/training/worker-setup.ts', import.meta.url);
let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  await openSession({}, { out: () => {}, error: () => {}, progress: { write: () => true }, color: false });
  await workshop.writeRows('rows.csv', [64, 3]);
  const layers = tableSpec.model.layers;
  const training = { ...tableSpec.training, microBatch: 8 };
  await workshop.writeJson('spec.json', { ...tableSpec, training });
  const trapped = { ...tableSpec.model, layers: [{ type: 'test-trap/trap' }, ...layers] };
  await workshop.writeJson('trapped.json', { ...tableSpec, model: trapped });
});
afterAll(() => workshop.remove());

/** Runs a command line in a process of its own, as the installed command runs. */
function spawned(line: string, onError: (text: string, stop: () => void) => void = () => {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', loader, main, ...workshop.words(line)]);
    const written = { out: '', err: '' };
    child.stdout.on('data', (text: Buffer) => void (written.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      written.err += text.toString();
      onError(written.err, () => child.kill('SIGINT'));
    });
    child.on('close', (code) => resolve({ code: code ?? -1, ...written }));
  });
}

function difference(found: Uint8Array, expected: Uint8Array): number {
  const [a, b] = [readSafetensors(found).tensors, readSafetensors(expected).tensors];
  expect([...a.keys()]).toEqual([...b.keys()]);
  let most = 0;
  for (const [name, { data }] of a) {
    data.forEach((value, index) => (most = Math.max(most, Math.abs(Number(value) - Number(b.get(name)!.data[index])))));
  }
  return most;
}

const weights = (out: string): Promise<Buffer> => readFile(workshop.path(out, 'model.safetensors'));

describe('Real NVP with threads', () => {
  it('has the weights of one thread after five steps: actnorm, dropout, dequantization', async () => {
    const layer = (parity: number): object[] => [
      { type: 'actnorm' },
      { type: 'affine-coupling', parity, conditioner: { type: 'mlp', hidden: [16, 16], dropout: 0.2 } },
    ];
    const before = [{ type: 'dequantize', levels: 5 }, { type: 'logit', alpha: 0.05 }, { type: 'flatten' }];
    const model = { type: 'flow', base: { type: 'logistic' }, layers: [...before, ...layer(0), ...layer(1)] };
    const registry = createRegistry().use(coupling).use(glow);
    const values = Float32Array.from({ length: 60 * 16 }, (_, i) => Math.floor(2.5 + 2.4 * Math.sin(i * 1.7)));
    const train = async (workers?: TrainingWorkers): Promise<Uint8Array> => {
      const flow = registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [4, 4], seed: 2, model });
      const options = { steps: 5, batchSize: 30, microBatch: 15, optimizer: { learningRate: 0.02 }, average: null };
      await fit(flow, { shape: [60, 4, 4], values }, { ...options, ...(workers === undefined ? {} : { workers }) });
      const packed = await packModel(flow);
      flow.dispose();
      return packed.weights;
    };
    const alone = await train();
    const together = await train(workerThreads({ count: 2, setup, options: {}, execArgv: ['--import', loader] }));
    expect(difference(together, alone)).toBeLessThan(1e-5);
  });
});

// Processes that load everything from its sources: slow where cores are busy.
describe('flowzoo train --workers 2', { timeout: 180_000 }, () => {
  it('gives the model of one thread, and says in its record how many there were', async () => {
    expect((await flowzoo(workshop.words('train @spec.json --data @rows.csv --out @alone'))).code).toBe(0);
    const { code, err } = await spawned('train @spec.json --data @rows.csv --out @together --workers 2');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('kept weights: their moving average') });
    expect(difference(await weights('together'), await weights('alone'))).toBeLessThan(1e-5);
    const record = async (out: string): Promise<unknown> =>
      JSON.parse(await readFile(workshop.path(out, 'training.json'), 'utf8'));
    expect(await record('together')).toMatchObject({ workers: 2 });
    expect(await record('alone')).toMatchObject({ workers: 1 });
  });

  it('is interrupted, and continued by one thread', async () => {
    const line = (out: string): string =>
      `train @spec.json --data @rows.csv --out @${out} --validation-rows -8: --steps 60`;
    await flowzoo(workshop.words(line('whole')));
    // Once: a second interrupt would end the process where it stands.
    let isStopped = false;
    const stopped = await spawned(`${line('stopped')} --workers 2`, (err, stop) => {
      if (isStopped || !err.includes('step ')) return;
      isStopped = true;
      stop();
    });
    expect(stopped.err).toMatch(/stopped at step \d+; the same command with --resume continues/);
    expect(stopped.code).toBe(1);
    const resumed = await flowzoo(workshop.words(`${line('stopped')} --resume`));
    expect(resumed.err).toMatch(/continued from step \d+/);
    expect(difference(await weights('stopped'), await weights('whole'))).toBeLessThan(1e-4);
  });

  it('reports a thread that dies, ends, and leaves a checkpoint to continue from', async () => {
    const plugin = fileURLToPath(new URL('./trap-plugin.mjs', import.meta.url));
    const line = `train @trapped.json --data @rows.csv --out @dead --plugin ${plugin}`;
    const { code, err } = await spawned(`${line} --workers 2`);
    expect(code).toBe(1);
    expect(err).toContain('a checkpoint is saved; the same command with --resume continues\n');
    expect(err).toContain('error E_WORKER: worker 1: the thread failed (got the end of the thread with exit code 7)');
    expect(await readdir(workshop.path('dead'))).toEqual(['checkpoint.safetensors']);
  });

  it.each(['0', '1.5', 'two'])('refuses %s', async (count) => {
    const { code, err } = await flowzoo(
      workshop.words(`train @spec.json --data @rows.csv --out @x --workers ${count}`),
    );
    expect(code).toBe(2);
    expect(err).toContain('error E_OPTION: --workers: must be a whole number, 1 or more');
  });
});
