import { FlowzooError, formatShape, type Flow } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { encodeCentres } from './encode-centres.ts';

/** Options of {@link interpolate}. */
export interface InterpolateOptions {
  /** Images of the path, both ends included. Default: 8. */
  readonly steps?: number;
  /**
   * `linear`: straight through latent space. `spherical`: along the arc, so that the points between keep the length that
   * latents of data have; the mean of two normal latents is too short. Default: `spherical`.
   */
  readonly path?: 'linear' | 'spherical';
  /** Context of both ends and of everything between, `[1, contextSize]`. */
  readonly context?: tf.Tensor | undefined;
}

/**
 * A path in latent space between two examples, decoded: z(t) from f⁻¹(a) to f⁻¹(b), x(t) = f(z(t)).
 *
 * Both ends come back as they were: integers to the level ({@link encodeCentres}), continuous data as exactly as the flow is
 * invertible.
 *
 * @param a One example, `[1, ...event]`.
 * @param b The other one.
 * @returns `[steps, ...event]`; the caller disposes it.
 * @throws E_OPTION for fewer than 2 steps, E_BATCH for more than one example at an end
 * @example
 * const strip = interpolate(flow, images.slice(0, 1), images.slice(1, 1), { steps: 10 });
 */
export function interpolate(flow: Flow, a: tf.Tensor, b: tf.Tensor, options: InterpolateOptions = {}): tf.Tensor {
  const { steps = 8, path = 'spherical', context } = options;
  if (!Number.isInteger(steps) || steps < 2) {
    throw new FlowzooError('E_OPTION', '"steps" is the number of points of the path', {
      expected: 'a whole number, 2 or more',
      found: String(steps),
    });
  }
  for (const end of [a, b]) {
    if (end.shape[0] === 1) continue;
    throw new FlowzooError('E_BATCH', 'each end of a path is one example', {
      expected: `[1, ${flow.eventShape.join(', ')}]`,
      found: formatShape(end.shape),
    });
  }
  return tf.tidy(() => {
    const [from, to] = [a, b].map((end) => encodeCentres(flow, end, context)) as [tf.Tensor, tf.Tensor];
    const weights = pathWeights(steps, path === 'linear' ? 0 : angleBetween(from, to));
    const column = (k: 0 | 1): tf.Tensor2D =>
      tf.tensor2d(
        weights.map((pair) => pair[k]),
        [steps, 1],
      );
    const flat = tf.add(
      tf.mul(column(0), tf.reshape(from, [1, from.size])),
      tf.mul(column(1), tf.reshape(to, [1, to.size])),
    );
    const contexts = context === undefined ? undefined : tf.tile(context, [steps, 1]);
    return flow.decode(tf.reshape(flat, [steps, ...from.shape.slice(1)]), contexts);
  });
}

/** Weights of the two ends at each point. An arc with no angle, or half a circle, is taken straight. */
function pathWeights(steps: number, angle: number): [number, number][] {
  const straight = Math.sin(angle) < 1e-3;
  return Array.from({ length: steps }, (_, i) => {
    const t = i / (steps - 1);
    if (straight) return [1 - t, t];
    return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  });
}

function angleBetween(a: tf.Tensor, b: tf.Tensor): number {
  const [x, y] = [a.dataSync(), b.dataSync()];
  let [product, squareX, squareY] = [0, 0, 0];
  x.forEach((value, i) => {
    product += value * y[i]!;
    squareX += value * value;
    squareY += y[i]! * y[i]!;
  });
  const cosine = product / Math.sqrt(squareX * squareY);
  return Number.isFinite(cosine) ? Math.acos(Math.max(-1, Math.min(1, cosine))) : 0;
}
