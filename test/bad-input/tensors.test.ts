import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { given, refuses, worldForTests } from './refuses.ts';

const world = worldForTests();

describe('tensors', () => {
  refuses(world, [
    [
      'of the wrong rank',
      () => given([tf.zeros([2])], (x) => world.flow.logProb(x!)),
      'E_RANK',
      'flow: x has the wrong rank (expected [batch, 2], got [2]). A single example needs a batch axis',
    ],
    [
      'of the wrong rank, as latents',
      () => given([tf.zeros([1, 2, 1])], (z) => world.flow.decode(z!)),
      'E_RANK',
      'flow: z has the wrong rank (expected [batch, 2], got [1, 2, 1])',
    ],
    [
      'of the wrong event shape',
      () => given([tf.zeros([5, 3])], (x) => world.flow.encode(x!)),
      'E_EVENT_SHAPE',
      'flow: x has the wrong event shape (expected [batch, 2], got [5, 3])',
    ],
    [
      'of the wrong event shape, for one layer',
      () => given([tf.zeros([5, 3])], (x) => world.flow.layers[1]!.inverse(x!)),
      'E_EVENT_SHAPE',
      'layers[1] (affine-coupling): x has the wrong event shape (expected [batch, 2], got [5, 3])',
    ],
    [
      'of another batch than their context',
      () => given([tf.zeros([5, 2]), tf.zeros([4, 3])], (x, context) => world.conditional.logProb(x!, context)),
      'E_BATCH',
      'flow: the context has another batch size than the data (expected [5, 3], got [4, 3])',
    ],
    [
      'without the context they need',
      () => given([tf.zeros([5, 2])], (x) => world.conditional.logProb(x!)),
      'E_CONTEXT',
      'flow: needs a context (expected [5, 3], got none)',
    ],
    [
      'with a context of the wrong width',
      () => given([tf.zeros([5, 2]), tf.zeros([5, 4])], (x, context) => world.conditional.logProb(x!, context)),
      'E_CONTEXT',
      'flow: the context has the wrong shape (expected [5, 3], got [5, 4])',
    ],
    [
      'with a context nobody asked for',
      () => given([tf.zeros([5, 2]), tf.zeros([5, 3])], (x, context) => world.flow.logProb(x!, context)),
      'E_CONTEXT',
      'flow: is unconditional but was given a context (got [5, 3]). Leave the context out, or declare "context"',
    ],
    [
      'with a context for another number of samples',
      () => given([tf.zeros([5, 3])], (context) => world.conditional.sample(4, { context: context! })),
      'E_CONTEXT',
      'flow: the context of a draw needs one row per sample (expected [4, 3], got [5, 3])',
    ],
    [
      'of the wrong dtype',
      () => given([tf.zeros([5, 2], 'bool')], (x) => world.flow.logProb(x!)),
      'E_DTYPE',
      "flow: x has the wrong dtype (expected float32, got bool). Cast it first: tf.cast(x, 'float32')",
    ],
    [
      'that are lists',
      () => world.flow.logProb([[1, 2]] as unknown as tf.Tensor),
      'E_DTYPE',
      'flow: x is not a tensor (expected a float32 tensor [batch, 2], got a list). Make one: tf.tensor(…)',
    ],
    [
      'that are not there',
      () => world.flow.logProb(undefined as unknown as tf.Tensor),
      'E_DTYPE',
      'flow: x is not a tensor (expected a float32 tensor [batch, 2], got none)',
    ],
    [
      'that were disposed',
      () => {
        const x = tf.zeros([5, 2]);
        x.dispose();
        return world.flow.logProb(x);
      },
      'E_DISPOSED',
      'flow: x was disposed before it came here',
    ],
  ]);

  it('a single row and no row at all are fine', () => {
    tf.tidy(() => {
      expect(world.flow.logProb(tf.zeros([1, 2])).shape).toEqual([1]);
      expect(world.flow.logProb(tf.zeros([0, 2])).shape).toEqual([0]);
    });
  });
});
