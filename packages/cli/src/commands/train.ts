import { fit, fitOptionsFromRecipe, FlowzooError, type FitEvent, type Model, type ModelSpec } from '@flowzoo/core';
import { saveModel } from '@flowzoo/core/node';
import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { forgetCheckpoint, keepCheckpoint, recallCheckpoint } from '../checkpoint-file.ts';
import { interruptible } from '../interrupt.ts';
import { specOf } from '../model-argument.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { readTable } from '../tables.ts';
import type { Terminal } from '../terminal.ts';
import { createProgress, formatDuration, formatNumber, type Progress } from '../terminal/index.ts';

interface TrainOptions extends SessionOptions {
  readonly data: string;
  readonly rows?: string;
  readonly validation?: string;
  readonly validationRows?: string;
  readonly out: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly checkpointEvery: number;
  readonly resume?: boolean;
  readonly force?: boolean;
}

/** `flowzoo train`: maximum likelihood, with checkpoints that Ctrl-C leaves behind and --resume continues from. */
export function addTrain(program: Command, { terminal, outcome }: CommandContext): void {
  program
    .command('train')
    .description('train a preset or a spec on data')
    .argument('<model>', 'preset (its spec, from scratch), spec file or folder')
    .requiredOption('--data <file>', 'training data: .npy, .csv, IDX or .png, also gzipped')
    .requiredOption('--out <folder>', 'where model.json and model.safetensors go')
    .option('--rows <range>', 'rows of the data, as in 0:1293')
    .option('--validation <file>', 'held-out data; its best weights are kept')
    .option('--validation-rows <range>', 'rows of the validation file, or of the data when there is none')
    .option('--steps <N>', "number of updates, instead of the spec's", wholeNumber('--steps', 1))
    .option('--batch <N>', "rows per update, instead of the spec's", wholeNumber('--batch', 1))
    .option('--learning-rate <r>', "peak learning rate, instead of the spec's", positiveNumber('--learning-rate'))
    .option('--seed <S>', "seed of initial weights, batches and noise, instead of the spec's", wholeNumber('--seed', 0))
    .option('--checkpoint-every <N>', 'steps between two checkpoints', wholeNumber('--checkpoint-every', 1), 1000)
    .option('--resume', 'continue from the checkpoint in the folder')
    .option('--force', 'start again although the folder holds an unfinished training')
    .action(async (name: string, options: TrainOptions) => {
      await startEngine(options);
      const registry = await openRegistry(options);
      const model = registry.build(withOverrides((await specOf(name)) as ModelSpec, options));
      const reason = await train(model, options, terminal);
      model.dispose();
      outcome.exitCode = reason === 'aborted' ? 1 : 0;
    });
}

/** The spec to train: no old weights, and the options of the command line in place of its own. */
function withOverrides(spec: ModelSpec, options: TrainOptions): ModelSpec {
  const { weights: _old, ...fresh } = spec;
  const { steps, batch, learningRate, seed } = options;
  const { epochs: _epochs, ...recipe } = (fresh.training ?? {}) as Record<string, unknown>;
  const training = {
    ...(steps === undefined ? fresh.training : { ...recipe, steps }),
    ...(batch === undefined ? {} : { batchSize: batch }),
    ...(seed === undefined ? {} : { seed }),
    ...(learningRate === undefined
      ? {}
      : { optimizer: { ...(recipe['optimizer'] as object | undefined), learningRate } }),
  };
  if (!('steps' in training) && !('epochs' in training)) Object.assign(training, { steps: 2000 });
  return { ...fresh, ...(seed === undefined ? {} : { seed }), training };
}

async function train(model: Model, options: TrainOptions, terminal: Terminal): Promise<string> {
  const data = await readTable(options.data, options.rows);
  const held = options.validation ?? (options.validationRows === undefined ? undefined : options.data);
  const validation = held === undefined ? undefined : await readTable(held, options.validationRows);
  await makeFolder(options.out);
  const resume = await recallCheckpoint(options.out, {
    resume: options.resume === true,
    force: options.force === true,
  });
  const { signal, release } = interruptible(() => terminal.error('stopping after this step, saving a checkpoint …'));
  let progress: Progress | undefined;
  try {
    const result = await fit(model, data, {
      ...fitOptionsFromRecipe(model.spec.training ?? {}, { validation }),
      signal,
      ...(resume === undefined ? {} : { resume }),
      checkpoint: { every: options.checkpointEvery, save: (checkpoint) => keepCheckpoint(options.out, checkpoint) },
      onEvent: (event) => {
        progress = report(event, progress, terminal);
      },
    });
    if (result.reason === 'aborted') {
      terminal.error(`stopped at step ${result.steps}; the same command with --resume continues`);
      return result.reason;
    }
    await saveModel(options.out, model);
    await forgetCheckpoint(options.out);
    terminal.error(`saved ${options.out} after ${result.steps} steps, ${formatDuration(result.seconds)}`);
    return result.reason;
  } finally {
    release();
  }
}

function report(event: FitEvent, progress: Progress | undefined, terminal: Terminal): Progress | undefined {
  switch (event.type) {
    case 'start':
      return createProgress({ label: 'train', total: event.steps, start: event.step, stream: terminal.progress });
    case 'step':
      progress?.update(event.step, `loss ${formatNumber(event.loss)}`);
      return progress;
    case 'validation': {
      const mark = event.best ? ', best so far' : '';
      const score = `${formatNumber(event.logProb)} ± ${formatNumber(event.standardError)}`;
      progress?.log(`step ${event.step}: validation ${score} nats${mark}`);
      return progress;
    }
    case 'unused-variables':
      progress?.log(`the log-likelihood does not depend on ${event.names.join(', ')}`);
      return progress;
    case 'stop':
      progress?.finish();
      return undefined;
    default:
      return progress;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new FlowzooError('E_FILE_WRITE', 'the folder cannot be made', { at: path, found: String(cause), cause });
  }
}
