import * as tf from '@tensorflow/tfjs';
import { evaluate, fit, type DataLike, type FlowModel } from '@flowzoo/core';
import { describe } from 'vitest';
import { data, given, refuses, registry, specOf, worldForTests } from './refuses.ts';

const world = worldForTests();

const withValue = (index: number, value: number): DataLike => ({
  shape: [16, 2],
  values: data.values.map((old, i) => (i === index ? value : old)),
});

describe('data', () => {
  const steps = { steps: 2 };
  refuses(world, [
    [
      'with NaN, to train on',
      () => fit(world.flow, withValue(7, NaN), steps),
      'E_DATA_NOT_FINITE',
      'data, row 3, column 1: the data holds a value that is not finite (expected finite numbers, got NaN). Rows and',
    ],
    [
      'with infinity, to score',
      () => evaluate(world.flow, withValue(30, -Infinity)),
      'E_DATA_NOT_FINITE',
      'data, row 15, column 0: the data holds a value that is not finite (expected finite numbers, got -Infinity)',
    ],
    [
      'with infinity in the validation rows',
      () => fit(world.flow, data, { ...steps, validation: { data: withValue(0, Infinity) } }),
      'E_DATA_NOT_FINITE',
      'validation.data, row 0, column 0: the data holds a value that is not finite',
    ],
    [
      'with NaN in the context',
      () =>
        fit(
          world.conditional,
          { x: data, context: { shape: [16, 3], values: new Float32Array(48).fill(NaN, 5, 6) } },
          steps,
        ),
      'E_DATA_NOT_FINITE',
      'data.context, row 1, column 2: the data holds a value that is not finite',
    ],
    [
      'with NaN, to initialize with',
      () =>
        given([tf.tensor2d([1, 2, 3, NaN], [2, 2])], (x) => {
          const fresh = registry.build<FlowModel>(specOf([{ type: 'scale' }, { type: 'standardize' }]));
          try {
            fresh.initialize(x!);
          } finally {
            fresh.dispose();
          }
        }),
      'E_DATA_NOT_FINITE',
      'layers[1] (standardize): cannot be fitted to data that are not finite (got NaN in row 1, column 1)',
    ],
    [
      'with no row, to train on',
      () => fit(world.flow, { shape: [0, 2], values: new Float32Array() }, steps),
      'E_DATA_EMPTY',
      'data: there is no row in the data (expected [batch, 2], got [0, 2])',
    ],
    [
      'with no row, to score',
      () => given([tf.zeros([0, 2])], (x) => evaluate(world.flow, x!)),
      'E_DATA_EMPTY',
      'data: there is no row in the data (expected [batch, 2], got [0, 2])',
    ],
    [
      'of another width',
      () => fit(world.flow, { shape: [8, 4], values: data.values }, steps),
      'E_EVENT_SHAPE',
      'data: the data has another event shape than the model (expected [batch, 2], got [8, 4])',
    ],
    [
      'of another rank',
      () => evaluate(world.flow, { shape: [32], values: data.values }),
      'E_RANK',
      'data: the data has the wrong rank (expected [batch, 2], got [32])',
    ],
    [
      'that do not fill their shape',
      () => evaluate(world.flow, { shape: [15, 2], values: data.values }),
      'E_DATA_FORMAT',
      'data: the number of values does not match the shape (expected 30 values for [15, 2], got 32)',
    ],
    [
      'that are lists',
      () => fit(world.flow, [[1, 2]] as unknown as DataLike, steps),
      'E_DATA_FORMAT',
      'data: this is neither a tensor nor an array with its shape (expected a tensor, { shape, values }, or { x, context }',
    ],
    [
      'without the context that the model needs',
      () => fit(world.conditional, data, steps),
      'E_CONTEXT',
      'data.context: the model needs a context (expected [16, 3], got none). Pass the data as { x, context }',
    ],
    [
      'with fewer rows of context',
      () => evaluate(world.conditional, { x: data, context: { shape: [15, 3], values: new Float32Array(45) } }),
      'E_BATCH',
      'data.context: the context has another number of rows than the data (expected [16, 3], got [15, 3])',
    ],
  ]);
});
