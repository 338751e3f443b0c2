import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalRows, TestNormal } from '../../test/training-models.ts';
import type { DataLike } from './data.ts';
import { evaluate } from './evaluate.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './options.ts';

const good = { shape: [4, 2], values: normalRows(4, 2) };
const withValue = (index: number, value: number): DataLike => {
  const values = good.values.slice();
  values[index] = value;
  return { shape: [4, 2], values };
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const badData: readonly (readonly [name: string, data: () => DataLike, code: string, message: string])[] = [
  [
    'no row',
    () => ({ shape: [0, 2], values: new Float32Array() }),
    'E_DATA_EMPTY',
    'data: there is no row in the data (expected [batch, 2], got [0, 2]). Check what the rows were selected by',
  ],
  [
    'NaN',
    () => withValue(5, Number.NaN),
    'E_DATA_NOT_FINITE',
    'data, row 2, column 1: the data holds a value that is not finite (expected finite numbers, got NaN). Rows and columns count from 0; drop the row or fill the gap',
  ],
  [
    'infinity in a tensor',
    () => tf.tensor2d([1, 2, 3, -Infinity], [2, 2]),
    'E_DATA_NOT_FINITE',
    'data, row 1, column 1: the data holds a value that is not finite (expected finite numbers, got -Infinity). Rows and columns count from 0; drop the row or fill the gap',
  ],
  [
    'another event shape',
    () => ({ shape: [2, 4], values: good.values }),
    'E_EVENT_SHAPE',
    'data: the data has another event shape than the model (expected [batch, 2], got [2, 4]). Choose the columns the model was built for, or set "event" in its spec',
  ],
  [
    'another rank',
    () => ({ shape: [8], values: good.values }),
    'E_RANK',
    'data: the data has the wrong rank (expected [batch, 2], got [8]). Rows come first, then the shape of one example',
  ],
  [
    'values that do not fill the shape',
    () => ({ shape: [5, 2], values: good.values }),
    'E_DATA_FORMAT',
    'data: the number of values does not match the shape (expected 10 values for [5, 2], got 8). Rows times the size of one example must be the number of values',
  ],
  [
    'a list of lists',
    () => [[1, 2]] as unknown as DataLike,
    'E_DATA_FORMAT',
    'data: this is neither a tensor nor an array with its shape (expected a tensor, { shape, values }, or { x, context } of these, got a list). Make a tensor of nested lists: tf.tensor(rows)',
  ],
  [
    'a list of lists as x',
    () => ({ x: [[1, 2]] }) as unknown as DataLike,
    'E_DATA_FORMAT',
    'data: this is neither a tensor nor an array with its shape (expected a tensor, { shape, values }, or { x, context } of these, got a list). Make a tensor of nested lists: tf.tensor(rows)',
  ],
  [
    'nothing',
    () => undefined as unknown as DataLike,
    'E_DATA_FORMAT',
    'data: this is neither a tensor nor an array with its shape (expected a tensor, { shape, values }, or { x, context } of these, got undefined). Make a tensor of nested lists: tf.tensor(rows)',
  ],
  [
    'a context of text',
    () => ({ x: good, context: 'x' }) as unknown as DataLike,
    'E_DATA_FORMAT',
    'data.context: this is neither a tensor nor an array with its shape (expected a tensor, { shape, values }, or { x, context } of these, got x). Make a tensor of nested lists: tf.tensor(rows)',
  ],
  [
    'booleans',
    () => tf.tensor2d([1, 0], [1, 2], 'bool'),
    'E_DTYPE',
    "data: the data has the wrong dtype (expected float32 or int32, got bool). Cast it first: tf.cast(x, 'float32')",
  ],
  [
    'a context nobody asked for',
    () => ({ x: good, context: good }),
    'E_CONTEXT',
    'data.context: the model is unconditional (expected no context, got [4, 2]). Leave the context out, or declare "context" in the spec',
  ],
];

const badOptions: readonly (readonly [options: object, message: string])[] = [
  [{}, 'steps: how long to train must be said once (expected steps or epochs, got neither)'],
  [{ steps: 1, epochs: 1 }, 'steps: how long to train must be said once (expected steps or epochs, got both)'],
  [{ steps: 0 }, 'steps: the option cannot have this value (expected a whole number, 1 or more, got 0)'],
  [{ epochs: -1 }, 'epochs: the option cannot have this value (expected a finite number above 0, got -1)'],
  [{ batchSize: 1.5 }, 'batchSize: the option cannot have this value (expected a whole number, 1 or more, got 1.5)'],
  [{ microBatch: 0 }, 'microBatch: the option cannot have this value'],
  [{ seed: -1 }, 'seed: the option cannot have this value (expected a whole number, 0 or more, got -1)'],
  [
    { optimizer: { type: 'sgd' } },
    'optimizer.type: the option cannot have this value (expected adam or adamax, got "sgd")',
  ],
  [{ optimizer: { learningRate: Number.NaN } }, 'optimizer.learningRate: the option cannot have this value'],
  [
    { optimizer: { beta1: 1 } },
    'optimizer.beta1: the option cannot have this value (expected a number from 0 up to, not',
  ],
  [{ optimizer: { beta2: -0.1 } }, 'optimizer.beta2: the option cannot have this value'],
  [{ optimizer: { epsilon: 0 } }, 'optimizer.epsilon: the option cannot have this value'],
  [{ optimizer: { weightDecay: -1 } }, 'optimizer.weightDecay: the option cannot have this value'],
  [{ optimizer: { rate: 1 } }, 'optimizer.rate: there is no such option (expected one of type, learningRate, beta1'],
  [{ schedule: { type: 'linear' } }, 'schedule.type: the option cannot have this value'],
  [{ schedule: { warmup: -1 } }, 'schedule.warmup: the option cannot have this value'],
  [
    { schedule: { finalFraction: 2 } },
    'schedule.finalFraction: the option cannot have this value (expected a number from 0 to 1',
  ],
  [
    { schedule: { decayRate: 0 } },
    'schedule.decayRate: the option cannot have this value (expected a number above 0, at most 1',
  ],
  [{ clipNorm: 0 }, 'clipNorm: the option cannot have this value (expected a finite number above 0, or null, got 0)'],
  [{ average: 1 }, 'average: the option cannot have this value'],
  [
    { validation: {} },
    'validation: validation needs rows (expected data, or the fraction of the training rows to hold out',
  ],
  [
    { validation: { fraction: 1 } },
    'validation.fraction: the option cannot have this value (expected a number between 0 and 1',
  ],
  [{ validation: { data: good, every: 0 } }, 'validation.every: the option cannot have this value'],
  [{ validation: { data: good, patience: 0 } }, 'validation.patience: the option cannot have this value'],
  [{ validation: { data: good, draws: 0 } }, 'validation.draws: the option cannot have this value'],
  [{ validation: { data: good, batchSize: 0 } }, 'validation.batchSize: the option cannot have this value'],
  [{ initializationRows: 0 }, 'initializationRows: the option cannot have this value'],
  [{ recordEvery: 0 }, 'recordEvery: the option cannot have this value'],
  [{ onEvent: 'log' }, 'onEvent: the option cannot have this value (expected a function, got "log")'],
  [{ createOptimizer: 1 }, 'createOptimizer: the option cannot have this value (expected a function, got 1)'],
  [{ checkpoint: {} }, 'checkpoint.save: the option cannot have this value (expected a function, got null)'],
  [{ checkpoint: { every: 0, save: () => {} } }, 'checkpoint.every: the option cannot have this value'],
  [{ learningRate: 1 }, 'learningRate: there is no such option (expected one of steps, epochs'],
];

describe('fit refuses before the first step', () => {
  it.each(badData)('%s', async (_name, data, code, message) => {
    const model = new TestNormal({ size: 2 });
    const rows = data();
    const error = await fit(model, rows, { steps: 1 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message });
    await expect(evaluate(model, rows)).rejects.toMatchObject({ code, message });
    if (rows instanceof tf.Tensor) rows.dispose();
    model.dispose();
  });

  it.each(badOptions)('the options %j', async (options, message) => {
    const model = new TestNormal({ size: 2 });
    const long = 'steps' in options || 'epochs' in options || Object.keys(options).length === 0 ? {} : { steps: 1 };
    const error = await fit(model, good, { ...long, ...options } as FitOptions).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'E_OPTION', message: expect.stringContaining(message) });
    model.dispose();
  });

  it('bad validation rows, by their own name', async () => {
    const model = new TestNormal({ size: 2 });
    const validation = { data: withValue(0, Number.NaN) };
    await expect(fit(model, good, { steps: 1, validation })).rejects.toMatchObject({
      code: 'E_DATA_NOT_FINITE',
      message: expect.stringContaining('validation.data, row 0, column 0: '),
    });
    const single = { shape: [1, 2], values: good.values.slice(0, 2) };
    await expect(fit(model, single, { steps: 1, validation: { fraction: 0.5 } })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: 'validation.fraction: one row cannot be divided into training and validation (got 1 row)',
    });
    model.dispose();
  });

  it('a context that is missing or does not fit', async () => {
    const model = new TestNormal({ size: 2, contextSize: 1 });
    const context = (shape: number[]): object => ({ shape, values: new Float32Array(shape[0]! * (shape[1] ?? 1)) });
    const attempts: readonly (readonly [data: object, code: string, message: string])[] = [
      [good, 'E_CONTEXT', 'the model needs a context (expected [4, 1], got none). Pass the data as { x, context }'],
      [
        { x: good, context: context([4, 3]) },
        'E_CONTEXT',
        'the context has the wrong shape (expected [4, 1], got [4, 3])',
      ],
      [{ x: good, context: context([4]) }, 'E_CONTEXT', 'the context has the wrong shape (expected [4, 1], got [4])'],
      [
        { x: good, context: context([3, 1]) },
        'E_BATCH',
        'the context has another number of rows than the data (expected [4, 1], got [3, 1])',
      ],
      [
        { x: good, context: { shape: [4, 1], values: Float32Array.of(0, 0, Number.NaN, 0) } },
        'E_DATA_NOT_FINITE',
        'data.context, row 2, column 0: ',
      ],
    ];
    for (const [data, code, message] of attempts) {
      await expect(fit(model, data as DataLike, { steps: 1 })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    }
    model.dispose();
  });

  it('a model with nothing to train', async () => {
    const model = new TestNormal({ size: 2 });
    for (const variable of model.variables.values()) variable.trainable = false;
    await expect(fit(model, good, { steps: 1 })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining(
        'model: the model has nothing to train (expected at least one trainable variable',
      ),
    });
    model.dispose();
  });
});
