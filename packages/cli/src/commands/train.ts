import { Option, type Command } from 'commander';
import { specOf } from '../model-argument.ts';
import { addDataOptions, addExamples, positiveNumber, rowRange, wholeNumber } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { applyOverrides, DEFAULT_STEPS, type Overrides } from '../training/overrides.ts';
import { trainModel, type TrainOptions } from '../training/train-model.ts';

/** `flowzoo train`: maximum likelihood, with checkpoints that Ctrl-C leaves behind and --resume continues from. */
export function addTrain(program: Command, { terminal, outcome }: CommandContext): void {
  const command = program
    .command('train')
    .description('train a preset or a spec on data; Ctrl-C leaves a checkpoint that --resume continues from')
    .argument('<model>', 'preset (its spec, from scratch), spec file or folder')
    .requiredOption('--out <folder>', 'where model.json, model.safetensors and training.json go');
  addDataOptions(command, 'training data')
    .option('--validation <file>', 'held-out data; the weights that score them best are kept')
    .option(
      '--validation-rows <range>',
      'rows of the validation file, or of the data when there is none',
      rowRange('--validation-rows'),
    )
    .option('--validation-context <file>', 'context of the validation data')
    .option(
      '--steps <N>',
      `number of updates, instead of the spec's (${DEFAULT_STEPS} if it has none)`,
      wholeNumber('--steps', 1),
    )
    .option('--batch <N>', "rows per update, instead of the spec's", wholeNumber('--batch', 1))
    .option('--learning-rate <r>', "peak learning rate, instead of the spec's", positiveNumber('--learning-rate'))
    .option('--seed <S>', "seed of initial weights, batches and noise, instead of the spec's", wholeNumber('--seed', 0))
    .option(
      '--workers <N>',
      'threads that share each batch, each with a core to itself',
      wholeNumber('--workers', 1),
      1,
    )
    .addOption(
      new Option('--precision <name>', 'of the saved weights: float16 halves the file')
        .choices(['float32', 'float16'])
        .default('float32'),
    )
    .option('--checkpoint-every <N>', 'steps between two checkpoints', wholeNumber('--checkpoint-every', 1), 1000)
    .option('--resume', 'continue from the checkpoint in the folder')
    .option('--force', 'start again although the folder holds an unfinished training')
    .action(async (name: string, options: SessionOptions & Overrides & TrainOptions) => {
      const session = await openSession(options, terminal);
      const spec = session.registry.normalize(await specOf(name, session));
      const model = session.registry.build(applyOverrides(spec, options));
      const reason = await trainModel(model, options, session);
      model.dispose();
      outcome.exitCode = reason === 'aborted' ? 1 : 0;
    });
  addExamples(
    command,
    'train spec.json --data rows.csv --out my-model',
    'train realnvp-power-hourly --data train.npy --validation val.npy --out power --steps 20000 --seed 2',
    'train spec.json --data rows.npy --rows 0:9000 --validation-rows 9000: --out my-model --resume',
  );
}
