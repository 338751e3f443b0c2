import { FlowzooError, sizeOf, type Shape } from '@flowzoo/core';
import { assertFunction, assertKnownKeys } from '../common/check.ts';
import { assertEventShape, rowOf } from '../common/positions.ts';
import type { Target } from './target.ts';

/** A log-density as a plain function of one point. */
export interface PlainTargetOptions {
  readonly eventShape: Shape;
  /** log π at one point, nats, up to one constant; −∞ outside the support. The point must not be changed or kept. */
  readonly logDensity: (x: Float64Array) => number;
  /** ∇ log π at one point; needed by Langevin samplers only. */
  readonly gradient?: ((x: Float64Array) => ArrayLike<number>) | undefined;
}

/**
 * A target that is a plain function of a `Float64Array`, called once per chain, in float64.
 *
 * @throws E_OPTION about the options; from `evaluate` E_EVENT_SHAPE when the gradient has the wrong length
 *
 * @example
 * const normal = plainTarget({ eventShape: [1], logDensity: (x) => -0.5 * x[0]! ** 2, gradient: (x) => [-x[0]!] });
 */
export function plainTarget(options: PlainTargetOptions): Target {
  assertKnownKeys(options, ['eventShape', 'logDensity', 'gradient']);
  assertEventShape(options.eventShape);
  assertFunction('logDensity', options.logDensity);
  if (options.gradient !== undefined) assertFunction('gradient', options.gradient);
  const { eventShape, logDensity, gradient } = options;
  const size = sizeOf(eventShape);
  return {
    eventShape,
    differentiable: gradient !== undefined,
    async evaluate(positions, asked) {
      const values = new Float64Array(positions.count);
      const slopes = asked.gradient && gradient !== undefined ? new Float64Array(positions.values.length) : undefined;
      for (let row = 0; row < positions.count; row++) {
        const point = rowOf(positions, row);
        values[row] = logDensity(point);
        // Outside the support there is no gradient to ask for.
        if (slopes === undefined || gradient === undefined || values[row] === -Infinity) continue;
        const slope = gradient(point);
        if (slope.length !== size) {
          throw new FlowzooError('E_EVENT_SHAPE', 'the gradient has the wrong length', {
            at: 'gradient',
            expected: String(size),
            found: String(slope.length),
          });
        }
        slopes.set(slope, row * size);
      }
      return { logDensity: values, gradient: slopes };
    },
  };
}

/**
 * A target of which only the shape is known: enough for {@link gibbs}, whose conditionals say the rest.
 *
 * @throws E_OPTION about the shape, and from `evaluate`
 */
export function shapeTarget(eventShape: Shape): Target {
  assertEventShape(eventShape);
  return {
    eventShape,
    differentiable: false,
    evaluate() {
      return Promise.reject(
        new FlowzooError('E_OPTION', 'this sampler needs a density, and the target has only a shape', {
          at: 'target',
          remedy: 'Give a tensorTarget or a plainTarget',
        }),
      );
    },
  };
}
