import * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatShape, isFlowzooError, type Distribution, type Shape } from '@flowzoo/core';
import { assertFunction, assertKnownKeys } from '../common/check.ts';
import { assertEventShape, positionsToTensor } from '../common/positions.ts';
import type { Evaluation, Target } from './target.ts';

/** A log-density in operations of tfjs. */
export interface TensorTargetOptions {
  readonly eventShape: Shape;
  /** `[chains, ...eventShape]` → `[chains]`, nats, up to one constant; runs inside a tidy scope. */
  readonly logDensity: (x: tf.Tensor) => tf.Tensor;
}

/**
 * A target whose log-density is written in tfjs, evaluated at all chains in one call; the gradient is that of tfjs.
 *
 * @throws E_OPTION about the options; from `evaluate` E_BATCH when the log-density is not `[chains]`
 *
 * @example
 * const banana = tensorTarget({
 *   eventShape: [2],
 *   logDensity: (x) => {
 *     const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
 *     const bend = tf.square(tf.sub(b, tf.square(a)));
 *     return tf.squeeze(tf.mul(-0.5, tf.add(tf.square(a), tf.mul(4, bend))), [1]);
 *   },
 * });
 */
export function tensorTarget(options: TensorTargetOptions): Target {
  assertKnownKeys(options, ['eventShape', 'logDensity']);
  assertEventShape(options.eventShape);
  assertFunction('logDensity', options.logDensity);
  const { eventShape, logDensity } = options;
  return {
    eventShape,
    differentiable: true,
    async evaluate(positions, { gradient }) {
      const results = tf.tidy(() => {
        const x = positionsToTensor(positions, eventShape);
        if (gradient) return withGradient(logDensity, x);
        const value = logDensity(x);
        assertShape(value, positions.count);
        return [tf.clone(value)];
      });
      try {
        const [value, slope] = await Promise.all(results.map((result) => result.data()));
        return {
          logDensity: Float64Array.from(value!),
          gradient: slope === undefined ? undefined : Float64Array.from(slope),
        } satisfies Evaluation;
      } finally {
        tf.dispose(results);
      }
    },
  };
}

/**
 * A core `Distribution` (a flow, a base) as the target of a sampler.
 *
 * @throws E_CONTEXT when the distribution is conditional
 */
export function distributionTarget(distribution: Distribution): Target {
  if (distribution.contextSize > 0) {
    throw new FlowzooError('E_CONTEXT', 'a conditional distribution is no target by itself', {
      expected: 'contextSize 0',
      found: String(distribution.contextSize),
      remedy: 'Fix the context: tensorTarget({ eventShape, logDensity: (x) => distribution.logProb(x, context) })',
    });
  }
  return tensorTarget({ eventShape: distribution.eventShape, logDensity: (x) => distribution.logProb(x) });
}

function withGradient(logDensity: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor[] {
  const chains = x.shape[0]!;
  let fault: unknown;
  // tfjs keeps what it saved for a gradient whose function throws: a wrong shape is reported after the gradient.
  const tolerant = (point: tf.Tensor): tf.Tensor => {
    const value = logDensity(point);
    try {
      assertShape(value, chains);
      return value;
    } catch (error) {
      fault = error;
      return tf.mul(value instanceof tf.Tensor ? tf.sum(value) : 0, tf.ones([chains]));
    }
  };
  try {
    // Chains do not mix, so the gradient of the sum holds every chain's own.
    const { value, grad } = tf.valueAndGrad(tolerant)(x, tf.ones([chains]));
    if (fault !== undefined) throw fault;
    return [value, grad];
  } catch (cause) {
    if (fault !== undefined) throw fault;
    if (isFlowzooError(cause)) throw cause;
    throw new FlowzooError('E_OPTION', 'tfjs cannot differentiate the log-density', {
      at: 'logDensity',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Write it in differentiable operations of its argument, or use a sampler without gradients',
      cause,
    });
  }
}

function assertShape(value: tf.Tensor, chains: number): void {
  if (value instanceof tf.Tensor && value.rank === 1 && value.shape[0] === chains) return;
  throw new FlowzooError('E_BATCH', 'the log-density needs one number per chain', {
    at: 'logDensity',
    expected: `[${chains}]`,
    found: value instanceof tf.Tensor ? formatShape(value.shape) : typeof value,
  });
}
