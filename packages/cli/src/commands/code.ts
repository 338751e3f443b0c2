import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { imageTraits, openFlow } from '../model-argument.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { readContext, readTable, toTensor, writeTensor } from '../tables.ts';

interface CodeOptions extends SessionOptions {
  readonly data: string;
  readonly rows?: string;
  readonly context?: string;
  readonly out?: string;
}

/** `flowzoo encode` and `flowzoo decode`: data to latents and back, exactly. */
export function addCode(program: Command, { terminal }: CommandContext): void {
  const commands = {
    encode: { from: 'data', to: 'latents' },
    decode: { from: 'latents', to: 'data' },
  } as const;
  for (const [direction, { from, to }] of Object.entries(commands)) {
    program
      .command(direction)
      .description(`${from} to ${to}, without any re-sampling`)
      .argument('<model>', 'preset or folder')
      .requiredOption('--data <file>', from)
      .option('--rows <range>', 'rows of the file, as in 0:100 or -360:')
      .option('--context <file>', 'one row per row of data, or one for all')
      .option('--out <file>', `where the ${to} go; default: CSV on standard output`)
      .action(async (name: string, options: CodeOptions) => {
        await startEngine(options);
        const flow = await openFlow(name, await openRegistry(options));
        const table = await readTable(options.data, options.rows);
        const context = await readContext(options.context, table.shape[0]!);
        const input = toTensor(table);
        const result = direction === 'encode' ? flow.encode(input, context) : flow.decode(input, context);
        tf.dispose(context === undefined ? [input] : [input, context]);
        const image = direction === 'decode' ? imageTraits(flow.spec) : {};
        await writeTensor(result, { out: options.out, ...image }, terminal);
        flow.dispose();
      });
  }
}
