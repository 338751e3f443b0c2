import * as tf from '@tensorflow/tfjs';
import { inpaint } from '@flowzoo/zoo';
import { FlowzooError } from '@flowzoo/core';
import type { Command } from 'commander';
import { imageTraits, openFlow } from '../model-argument.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { readContext, readTable, toTensor, writeTensor } from '../tables.ts';
import { createProgress } from '../terminal/index.ts';

interface InpaintCommandOptions extends SessionOptions {
  readonly data: string;
  readonly rows?: string;
  readonly mask: string;
  readonly method: string;
  readonly steps: number;
  readonly stepSize?: number;
  readonly seed: number;
  readonly context?: string;
  readonly out?: string;
}

/** `flowzoo inpaint`: fills in hidden elements, the visible ones fixed. */
export function addInpaint(program: Command, { terminal }: CommandContext): void {
  program
    .command('inpaint')
    .description('fill in hidden elements of data')
    .argument('<model>', 'preset or folder')
    .requiredOption('--data <file>', 'the data, hidden elements holding anything')
    .requiredOption('--mask <file>', '1 = visible, 0 = hidden; for one example or for each')
    .option('--rows <range>', 'rows of the data, as in 0:16')
    .option('--method <name>', 'ascent (climbs) or langevin (samples)', 'ascent')
    .option('--steps <N>', 'how many steps', wholeNumber('--steps', 1), 300)
    .option('--step-size <a>', "factor on the method's own step", positiveNumber('--step-size'))
    .option('--seed <S>', 'seed of start and noise', wholeNumber('--seed', 0), 0)
    .option('--context <file>', 'one row per row of data, or one for all')
    .option('--out <file>', '.npy, .csv, .idx, .png (a sheet); default: CSV on standard output')
    .action(async (name: string, options: InpaintCommandOptions) => {
      const { method } = options;
      if (method !== 'ascent' && method !== 'langevin') {
        throw new FlowzooError('E_OPTION', 'unknown method', {
          at: '--method',
          expected: 'ascent or langevin',
          found: method,
        });
      }
      await startEngine(options);
      const flow = await openFlow(name, await openRegistry(options));
      const table = await readTable(options.data, options.rows);
      const x = toTensor(table);
      const mask = await readMask(options.mask, flow.eventShape);
      const context = await readContext(options.context, table.shape[0]!);
      const { steps, stepSize, seed } = options;
      const progress = createProgress({ label: 'inpaint', total: steps, stream: terminal.progress });
      const result = await inpaint(flow, {
        x,
        mask,
        method,
        steps,
        stepSize,
        seed,
        context,
        onProgress: ({ done }) => progress.update(done),
      });
      progress.finish(result.acceptance === null ? undefined : `acceptance ${result.acceptance.toFixed(2)}`);
      tf.dispose(context === undefined ? [x, mask] : [x, mask, context]);
      await writeTensor(result.value, { out: options.out, ...imageTraits(flow.spec) }, terminal);
      flow.dispose();
    });
}

/** A mask as its file has it; one row stands for every example. */
async function readMask(path: string, event: readonly number[]): Promise<tf.Tensor> {
  const table = await readTable(path);
  const tensor = toTensor(table);
  const single = table.shape[0] === 1 && table.shape.length === event.length + 1;
  if (!single) return tensor;
  const mask = tf.reshape(tensor, [...event]);
  tensor.dispose();
  return mask;
}
