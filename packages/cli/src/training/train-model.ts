import {
  binarizeRows,
  fit,
  fitOptionsFromRecipe,
  isFlowzooError,
  type Checkpoint,
  type FitResult,
  type Model,
  type StopReason,
} from '@flowzoo/core';
import { saveModel } from '@flowzoo/core/node';
import { getBackend } from '@tensorflow/tfjs';
import { WHITE } from '../grey-levels.ts';
import type { RowRange } from '../data/index.ts';
import { readInput, type ModelInput } from '../input.ts';
import type { DataOptions } from '../options.ts';
import type { Session, SessionOptions } from '../session.ts';
import { formatDuration } from '../terminal/index.ts';
import { forgetCheckpoint, keepCheckpoint, recallCheckpoint } from './checkpoint-file.ts';
import { interruptible } from './interrupt.ts';
import { openFolder } from './open-folder.ts';
import { forgetRecord, writeRecord, type UsedRows } from './record.ts';
import { describeKept, trainingReporter } from './report.ts';
import { workersFor } from './workers.ts';

/** What a training reads, and where it saves. */
export interface TrainOptions extends DataOptions, SessionOptions {
  readonly validation?: string;
  readonly validationRows?: RowRange;
  readonly validationContext?: string;
  readonly out: string;
  readonly checkpointEvery: number;
  readonly workers: number;
  readonly precision?: 'float32' | 'float16';
  readonly resume?: boolean;
  readonly force?: boolean;
}

/**
 * Trains a model as the `training` block of its spec says, and saves it with a record of how it came about.
 *
 * @throws what reading data, `fit` and saving throw; E_CHECKPOINT
 */
export async function trainModel(model: Model, options: TrainOptions, session: Session): Promise<StopReason> {
  const { terminal } = session;
  const { data, validation } = await readRows(model, options);
  await openFolder(options.out);
  const resume = await recallCheckpoint(options.out, {
    resume: options.resume === true,
    force: options.force === true,
  });
  const { signal, release } = interruptible(() => terminal.error('stopping after this step, saving a checkpoint …'));
  let result: FitResult;
  let checkpoints = resume === undefined ? 0 : 1;
  const save = async (checkpoint: Checkpoint): Promise<void> => {
    await keepCheckpoint(options.out, checkpoint);
    checkpoints++;
  };
  try {
    result = await fit(model, data.input, {
      ...fitOptionsFromRecipe(model.spec.training ?? {}, { validation: validation?.input }),
      ...workersFor(options, model.spec),
      ...(options.binarize === 'dynamic' ? { augment: binarizeRows(WHITE) } : {}),
      signal,
      ...(resume === undefined ? {} : { resume }),
      checkpoint: { every: options.checkpointEvery, save },
      onEvent: trainingReporter(terminal),
    });
  } catch (error) {
    if (isFlowzooError(error) && error.code === 'E_NOT_FINITE_LOSS') {
      await saveModel(options.out, model);
      await Promise.all([forgetCheckpoint(options.out), forgetRecord(options.out)]);
      terminal.error(`saved in ${options.out}: the weights of the last step whose loss was finite`);
    }
    if (isFlowzooError(error) && error.code === 'E_WORKER' && checkpoints > 0) {
      terminal.error('a checkpoint is saved; the same command with --resume continues');
    }
    throw error;
  } finally {
    release();
  }
  if (result.reason === 'aborted') {
    terminal.error(`stopped at step ${result.steps}; the same command with --resume continues`);
    return result.reason;
  }
  await saveModel(options.out, model, { precision: options.precision });
  await writeRecord(options.out, {
    spec: model.spec,
    result,
    resumedFrom: resume?.step ?? null,
    workers: options.workers,
    data: data.used,
    validation: validation?.used ?? null,
    registry: session.registry,
    backend: getBackend(),
  });
  await forgetCheckpoint(options.out);
  terminal.error(`kept weights: ${describeKept(result)}`);
  terminal.error(`saved in ${options.out} after ${result.steps} steps, ${formatDuration(result.seconds)}`);
  return result.reason;
}

interface Rows {
  readonly input: ModelInput;
  readonly used: UsedRows;
}

async function readRows(model: Model, options: TrainOptions): Promise<{ data: Rows; validation: Rows | undefined }> {
  const data = await readFrom(model, { ...options, everyStep: true });
  const { validation, validationRows, validationContext, columns, binarize, bits } = options;
  if (validation === undefined && validationRows === undefined) return { data, validation: undefined };
  const held = {
    data: validation ?? options.data,
    ...(validationRows === undefined ? {} : { rows: validationRows }),
    ...(columns === undefined ? {} : { columns }),
    ...(binarize === undefined ? {} : { binarize }),
    ...(bits === undefined ? {} : { bits }),
    ...contextOption(validationContext ?? (validation === undefined ? options.context : undefined)),
  };
  return { data, validation: await readFrom(model, held) };
}

function greyRecord({ binarize, bits }: DataOptions): Pick<UsedRows, 'binarize' | 'bits'> {
  return { binarize: binarize ?? null, bits: bits ?? null };
}

function contextOption(context: string | undefined): { readonly context?: string } {
  return context === undefined ? {} : { context };
}

async function readFrom(model: Model, options: DataOptions & { readonly everyStep?: boolean }): Promise<Rows> {
  const input = await readInput(options, model);
  const { start, stop } = options.rows ?? {};
  const range = options.rows === undefined ? null : `${start ?? ''}:${stop ?? ''}`;
  return { input, used: { file: options.data, range, rows: input.x.shape[0]!, ...greyRecord(options) } };
}
