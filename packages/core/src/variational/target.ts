import type * as tf from '@tensorflow/tfjs';
import type { Distribution, Reparameterized, SampleOptions } from '../contracts/distribution.ts';
import { formatShape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { modelName } from '../training/not-finite.ts';

/**
 * The logarithm of a density that need not be normalized: `[count, ...eventShape]` → `[count]`, nats, a differentiable
 * composition of tfjs operations. It runs in a tidy scope.
 *
 * @example
 * const logDensity: LogDensity = (x) => tf.mul(tf.sum(tf.square(x), 1), -0.5);
 */
export type LogDensity = (x: tf.Tensor) => tf.Tensor;

/** A distribution that draws differentiably. */
export interface ReparameterizedDistribution extends Distribution {
  rsample(count: number, options?: SampleOptions): Reparameterized;
}

/**
 * Checks that a flow can be fitted to, or compared with, a target.
 *
 * @throws E_OPTION when it has no reparameterized draws, or its log-probability is a bound, or the target is no
 * function; E_CONTEXT when it wants a context
 */
export function assertTargetable(
  flow: Distribution,
  logDensity: LogDensity,
): asserts flow is ReparameterizedDistribution {
  if (typeof flow?.rsample !== 'function') {
    throw new FlowzooError('E_OPTION', 'the model has no reparameterized draws', {
      at: flow === null || flow === undefined ? 'flow' : modelName(flow),
      expected: 'a model with rsample, a flow for example',
    });
  }
  if (flow.lowerBound) {
    throw new FlowzooError(
      'E_OPTION',
      'the log-probability of the model is a lower bound, not the density of its draws',
      {
        at: modelName(flow),
        remedy: 'Leave dequantization out of the spec: a target has continuous values',
      },
    );
  }
  if (flow.contextSize > 0) {
    throw new FlowzooError('E_CONTEXT', 'a target has no context', {
      at: modelName(flow),
      expected: 'an unconditional model',
      found: `contextSize ${flow.contextSize}`,
    });
  }
  if (typeof logDensity !== 'function') {
    throw new FlowzooError('E_OPTION', 'the target is no function', {
      at: 'logDensity',
      expected: '(x) => log-density [count]',
      found: String(logDensity),
    });
  }
}

/**
 * log p̃(x), `[count]`, once its form is checked.
 *
 * @throws E_DTYPE, E_RANK, E_BATCH
 */
export function scoreTarget(logDensity: LogDensity, x: tf.Tensor): tf.Tensor {
  const score = logDensity(x) as tf.Tensor | null | undefined;
  const expected = `[${x.shape[0]}]`;
  if (score === null || typeof score !== 'object' || !('dataId' in score)) {
    throw new FlowzooError('E_DTYPE', 'the target returned no tensor', {
      at: 'logDensity',
      expected: `a float32 tensor ${expected}`,
      found: score !== null && typeof score === 'object' ? 'an object' : String(score),
      remedy: 'A target is synchronous and made of tfjs operations',
    });
  }
  if (score.dtype !== 'float32') {
    throw new FlowzooError('E_DTYPE', 'the target returned the wrong dtype', {
      at: 'logDensity',
      expected: 'float32',
      found: score.dtype,
    });
  }
  if (score.rank === 1 && score.shape[0] === x.shape[0]) return score;
  throw new FlowzooError(score.rank === 1 ? 'E_BATCH' : 'E_RANK', 'the target returned the wrong shape', {
    at: 'logDensity',
    expected,
    found: formatShape(score.shape),
    remedy: 'One number per row: sum over every axis but the first',
  });
}

/** `draw 5, x = [0.1, 2]`: where something failed; `first` is the number of the first row among all draws. */
export function describeRow(rows: {
  readonly values: ArrayLike<number>;
  readonly row: number;
  readonly size: number;
  readonly first?: number;
}): string {
  const { values, row, size, first = 0 } = rows;
  const shown = Array.from({ length: Math.min(size, 4) }, (_, index) =>
    String(Number(values[row * size + index]!.toPrecision(4))),
  );
  return `draw ${first + row}, x = [${shown.join(', ')}${size > 4 ? ', …' : ''}]`;
}
