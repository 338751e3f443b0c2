import type { Command } from 'commander';
import { readContext, toTensor } from '../input.ts';
import { dataTraits, openModel } from '../model-argument.ts';
import { addDataOut, addExamples, positiveNumber, wholeNumber } from '../options.ts';
import { checkOut, writeTensor } from '../output.ts';
import type { CommandContext } from '../command-context.ts';
import { soundOf } from '../sound.ts';
import { openSession, type SessionOptions } from '../session.ts';
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
  const command = program
    .command('sample')
    .description('draw samples; the same seed gives the same bytes')
    .argument('<model>', 'preset or folder')
    .option('-n, --count <N>', 'how many', wholeNumber('--count', 1), 16)
    .option('--seed <S>', 'seed of the draw', wholeNumber('--seed', 0), 0)
    .option('--temperature <T>', "scale of the base's deviation", positiveNumber('--temperature', { zero: true }), 1)
    .option('--context <file>', 'for a conditional model: one row per sample, or one for all');
  addDataOut(command, 'the samples').action(async (name: string, options: SampleCommandOptions) => {
    await checkOut(options.out);
    const model = await openModel(name, await openSession(options, terminal));
    const traits = dataTraits(model.spec);
    if (options.out !== undefined) soundOf(options.out, traits);
    const { count, seed, temperature } = options;
    const table = await readContext(options.context, { rows: count, model });
    const context = table === undefined ? undefined : toTensor(table);
    const progress = createProgress({ label: 'sample', total: count, unit: 'samples', stream: terminal.progress });
    // Some models count samples, others the elements of one.
    const onProgress = (event: { done: number; total: number }): void =>
      progress.update((count * event.done) / event.total);
    const samples = await model.sample(count, { seed, temperature, context, onProgress });
    progress.finish();
    context?.dispose();
    await writeTensor(samples, { out: options.out, ...traits }, terminal);
    model.dispose();
  });
  addExamples(
    command,
    'sample realnvp-digits -n 64 --seed 1 --out digits.png',
    'sample realnvp-power-hourly -n 1000 --seed 1 --temperature 0.8 > samples.csv',
    'sample my-wavenet -n 3 --context digits.csv --out digits.wav',
  );
}
