import type { Distribution } from '../contracts/distribution.ts';
import { evaluationMode } from '../contracts/mode.ts';
import { augmentOnce } from './augment.ts';
import { disposeBatch, takeRows } from './batches.ts';
import { assertResumable, describeModel, fingerprintOf } from './checkpoint.ts';
import { checksum, holdOut, readDataset, type DataLike, type Dataset } from './data.ts';
import type { FitResult } from './events.ts';
import { trainedParameters } from './optimization.ts';
import type { FitOptions } from './options.ts';
import { Random } from '../random/random.ts';
import { checkOptions, resolveOptions, type FitSettings } from './settings.ts';
import { TrainingRun } from './training-run.ts';

/**
 * Maximum likelihood: minimises the mean of −log p(x) over the training rows, in nats per example.
 *
 * Everything is checked before the first step. Layers that need it are initialized from data first. The model is left
 * in evaluation mode, with the weights of the best validation where there was one, else the moving average, else those
 * of the last step; also when the training was aborted or ran out of patience. Data and model stay the caller's, nothing
 * else is left behind. The same seed gives the same numbers, resumed or not.
 *
 * @throws E_OPTION naming the option; E_DATA_EMPTY, E_DATA_FORMAT, E_DATA_NOT_FINITE, E_DTYPE, E_RANK, E_EVENT_SHAPE,
 * E_CONTEXT, E_BATCH about the data; E_CHECKPOINT when `resume` belongs elsewhere; E_NOT_FINITE_LOSS naming step,
 * learning rate and layer when the loss or its gradient is not finite, the weights put back to those of the last step
 * whose loss was finite; E_WORKER when one of `workers` fails or dies: the model has the weights of the last step, a
 * checkpoint is saved where there is a hook, the other workers are stopped
 *
 * @example
 * const result = await fit(model, { x }, { epochs: 50, validation: { fraction: 0.1, patience: 10 } });
 */
export async function fit(model: Distribution, data: DataLike, options: FitOptions): Promise<FitResult> {
  checkOptions(options);
  const { training, validation } = await readRows(model, data, options);
  const settings = resolveOptions(options, { rows: training.rows, event: model.eventShape });
  const parameters = trainedParameters(model);
  const description = describeModel(model, parameters);
  const fingerprint = fingerprintOf(settings, {
    training: checksum(training),
    validation: validation === null ? null : checksum(validation),
  });
  if (options.resume !== undefined) assertResumable(options.resume, description, fingerprint);
  else initialize(model, training, { ...settings, augment: options.augment });
  const run = new TrainingRun({
    model,
    training,
    validation,
    settings,
    parameters,
    description,
    fingerprint,
    options,
  });
  try {
    return await run.execute();
  } finally {
    run.dispose();
    model.setMode(evaluationMode(settings.seed));
  }
}

async function readRows(
  model: Distribution,
  data: DataLike,
  options: FitOptions,
): Promise<{ readonly training: Dataset; readonly validation: Dataset | null }> {
  const dataset = await readDataset('data', model, data);
  const { validation } = options;
  if (validation === undefined) return { training: dataset, validation: null };
  if (validation.data !== undefined) {
    return { training: dataset, validation: await readDataset('validation.data', model, validation.data) };
  }
  const { augment, seed = 0 } = options;
  const parts = holdOut(dataset, { fraction: validation.fraction!, seed });
  if (augment === undefined) return parts;
  return { ...parts, validation: augmentOnce(parts.validation, { augment, seed: `${seed}/validation/augment` }) };
}

function initialize(model: Distribution, dataset: Dataset, settings: FitSettings & Pick<FitOptions, 'augment'>): void {
  if (model.initialize === undefined) return;
  const traits = 'traits' in model ? (model.traits as { readonly needsInitialization?: boolean }) : {};
  if (traits.needsInitialization === false) return;
  // Random rows: files are often sorted.
  const order = new Random(`${settings.seed}/initialize`).permutation(dataset.rows);
  const { augment, seed } = settings;
  const change = augment === undefined ? undefined : { augment, seed: `${seed}/initialize/augment` };
  const batch = takeRows(dataset, order.slice(0, settings.initializationRows), change);
  try {
    model.setMode(evaluationMode(`${settings.seed}/initialize`));
    model.initialize(batch.x, batch.context);
  } finally {
    disposeBatch(batch);
  }
}
