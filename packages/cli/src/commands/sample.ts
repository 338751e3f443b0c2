import type { Command } from 'commander';
import { imageTraits, openModel } from '../model-argument.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { readContext, writeTensor } from '../tables.ts';
import { createProgress } from '../terminal/index.ts';

interface SampleCommandOptions extends SessionOptions {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  readonly context?: string;
  readonly out?: string;
}

/** `flowzoo sample`: exact samples of a model; the same seed gives the same bytes. */
export function addSample(program: Command, { terminal }: CommandContext): void {
  program
    .command('sample')
    .description('draw samples')
    .argument('<model>', 'preset or folder')
    .option('-n, --count <N>', 'how many', wholeNumber('--count', 1), 16)
    .option('--seed <S>', 'seed of the draw', wholeNumber('--seed', 0), 0)
    .option('--temperature <T>', "scale of the base's deviation", positiveNumber('--temperature', { zero: true }), 1)
    .option('--context <file>', 'one row per sample, or one for all')
    .option('--out <file>', '.npy, .csv, .idx, .png (a sheet); default: CSV on standard output')
    .action(async (name: string, options: SampleCommandOptions) => {
      await startEngine(options);
      const model = await openModel(name, await openRegistry(options));
      const context = await readContext(options.context, options.count);
      const progress = createProgress({
        label: 'sample',
        total: options.count,
        unit: 'samples',
        stream: terminal.progress,
      });
      const { seed, temperature } = options;
      const onProgress = ({ done }: { done: number }): void => progress.update(done);
      const samples = await model.sample(options.count, { seed, temperature, context, onProgress });
      progress.finish();
      await writeTensor(samples, { out: options.out, ...imageTraits(model.spec) }, terminal);
      model.dispose();
    });
}
