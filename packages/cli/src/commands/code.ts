import * as tf from '@tensorflow/tfjs';
import type { FlowModel } from '@flowzoo/core';
import type { Command } from 'commander';
import { mapBatches } from '../batches.ts';
import { readContext, readEvents, readInput, toTensor, type ModelInput } from '../input.ts';
import { dataTraits, openFlow } from '../model-argument.ts';
import { addDataOptions, addDataOut, addExamples, wholeNumber, type DataOptions } from '../options.ts';
import { checkOut, writeTensor } from '../output.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { createProgress } from '../terminal/index.ts';

interface CodeOptions extends SessionOptions, DataOptions {
  readonly out?: string;
  readonly seed: number;
  readonly batch: number;
}

const DIRECTIONS = {
  encode: {
    from: 'data',
    to: 'latents',
    examples: ['encode realnvp-power-hourly --data rows.npy --out latents.npy'],
  },
  decode: {
    from: 'latents',
    to: 'data',
    examples: ['decode realnvp-power-hourly --data latents.npy --out rows.csv'],
  },
} as const;

/** `flowzoo encode` and `flowzoo decode`: data to latents and back, exactly. */
export function addCode(program: Command, { terminal }: CommandContext): void {
  for (const direction of ['encode', 'decode'] as const) {
    const { from, to, examples } = DIRECTIONS[direction];
    const command = program
      .command(direction)
      .description(`${from} to ${to}, without any re-sampling`)
      .argument('<model>', 'preset or folder');
    addDataOptions(command, from);
    addDataOut(command, `the ${to}`)
      .option('--seed <S>', 'seed of the noise that dequantization adds', wholeNumber('--seed', 0), 0)
      .option('--batch <N>', 'rows at once', wholeNumber('--batch', 1), 1024)
      .action(async (name: string, options: CodeOptions) => {
        await checkOut(options.out);
        const flow = await openFlow(name, await openSession(options, terminal));
        const table = direction === 'encode' ? await readInput(options, flow) : await readLatents(options, flow);
        const x = toTensor(table.x);
        const context = table.context === undefined ? undefined : toTensor(table.context);
        const progress = createProgress({
          label: direction,
          total: x.shape[0]!,
          unit: 'rows',
          stream: terminal.progress,
        });
        const result = await mapBatches(
          flow,
          { x, context },
          (rows, given) => (direction === 'encode' ? flow.encode(rows, given) : flow.decode(rows, given)),
          { batchSize: options.batch, seed: options.seed, onProgress: (done) => progress.update(done) },
        );
        progress.finish();
        tf.dispose(context === undefined ? [x] : [x, context]);
        const traits = direction === 'decode' ? dataTraits(flow.spec) : {};
        await writeTensor(result, { out: options.out, ...traits }, terminal);
        flow.dispose();
      });
    addExamples(command, ...examples);
  }
}

async function readLatents(options: CodeOptions, flow: FlowModel): Promise<ModelInput> {
  const { rows, columns } = options;
  const x = await readEvents(options.data, { event: flow.latentShape, rows, columns });
  return { x, context: await readContext(options.context, { rows: x.shape[0]!, range: rows, model: flow }) };
}
