import type * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { equalShapes, formatBatchShape, formatShape, type Shape } from './shape.ts';

/** What {@link checkArguments} compares a call with. */
export interface ArgumentExpectation {
  /** `layers[3] (affine-coupling)`. */
  readonly place: string;
  /** The name of the tensor argument: `x` or `z`. */
  readonly name: string;
  readonly eventShape: Shape;
  readonly contextSize: number;
}

/**
 * Checks rank, event shape, dtype and context of one call, once for every layer of every family.
 *
 * @throws E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH
 */
export function checkArguments(tensor: tf.Tensor, context: tf.Tensor | undefined, expected: ArgumentExpectation): void {
  const { place, name, eventShape, contextSize } = expected;
  assertTensor(tensor, name, expected);
  if (tensor.dtype !== 'float32') {
    throw new FlowzooError('E_DTYPE', `${name} has the wrong dtype`, {
      at: place,
      expected: 'float32',
      found: tensor.dtype,
      remedy: `Cast it first: tf.cast(${name}, 'float32')`,
    });
  }
  if (tensor.rank !== eventShape.length + 1) {
    throw new FlowzooError('E_RANK', `${name} has the wrong rank`, {
      at: place,
      expected: formatBatchShape(eventShape),
      found: formatShape(tensor.shape),
      remedy:
        tensor.rank === eventShape.length
          ? 'A single example needs a batch axis: tf.expandDims(…, 0)'
          : 'The batch comes first, then the shape of one example: tf.reshape',
    });
  }
  if (!equalShapes(tensor.shape.slice(1), eventShape)) {
    throw new FlowzooError('E_EVENT_SHAPE', `${name} has the wrong event shape`, {
      at: place,
      expected: formatBatchShape(eventShape),
      found: formatShape(tensor.shape),
      remedy: 'Reshape the data, or build the model for this shape ("event" in its spec)',
    });
  }
  checkContext(context, tensor.shape[0]!, place, contextSize);
}

/** Reads flags only: a value that comes from plain JavaScript may be anything. */
function assertTensor(
  tensor: tf.Tensor | null | undefined,
  name: string,
  { place, eventShape }: Pick<ArgumentExpectation, 'place' | 'eventShape'>,
): void {
  if (tensor?.isDisposed === true) {
    throw new FlowzooError('E_DISPOSED', `${name} was disposed before it came here`, {
      at: place,
      remedy: 'Dispose it after its last use, and keep what must outlive a tf.tidy with tf.keep',
    });
  }
  if (tensor !== null && typeof tensor === 'object' && 'dataId' in tensor) return;
  throw new FlowzooError('E_DTYPE', `${name} is not a tensor`, {
    at: place,
    expected: `a float32 tensor ${formatBatchShape(eventShape)}`,
    found: Array.isArray(tensor) ? 'a list' : tensor === null || tensor === undefined ? 'none' : typeof tensor,
    remedy: 'Make one: tf.tensor(…)',
  });
}

function checkContext(context: tf.Tensor | undefined, batch: number, place: string, contextSize: number): void {
  if (contextSize === 0) {
    if (context === undefined) return;
    throw new FlowzooError('E_CONTEXT', 'is unconditional but was given a context', {
      at: place,
      found: formatShape(context.shape),
      remedy: 'Leave the context out, or declare "context" in the spec',
    });
  }
  const expected = `[${batch}, ${contextSize}]`;
  if (context === undefined) {
    throw new FlowzooError('E_CONTEXT', 'needs a context', {
      at: place,
      expected,
      found: 'none',
      remedy: 'Pass it after the data: logProb(x, context)',
    });
  }
  assertTensor(context, 'the context', { place, eventShape: [contextSize] });
  if (context.dtype !== 'float32') {
    throw new FlowzooError('E_DTYPE', 'the context has the wrong dtype', {
      at: place,
      expected: 'float32',
      found: context.dtype,
      remedy: "Cast it first: tf.cast(context, 'float32')",
    });
  }
  if (context.rank !== 2 || context.shape[1] !== contextSize) {
    throw new FlowzooError('E_CONTEXT', 'the context has the wrong shape', {
      at: place,
      expected,
      found: formatShape(context.shape),
      remedy: 'Give one row per example, of the width that "context" has in the spec',
    });
  }
  if (context.shape[0] !== batch) {
    throw new FlowzooError('E_BATCH', 'the context has another batch size than the data', {
      at: place,
      expected,
      found: formatShape(context.shape),
      remedy: 'Give one row of context per example: tf.tile repeats one row',
    });
  }
}
