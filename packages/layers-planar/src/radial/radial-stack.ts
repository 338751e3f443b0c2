import { stopGradient, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { layersOf } from '../two-way/layers-of.ts';
import { layerOrder, stackOnArrays, type StackSite } from '../two-way/stack-on-arrays.ts';
import { runRadialStack } from './radial-kernel.ts';

/** α > 0 and γ = α + β̂ > 0. */
interface RadialShape {
  readonly alpha: tf.Tensor;
  readonly gamma: tf.Tensor;
}

/** A batch and the parameters of K constrained layers; rows are 1 or batch, α and γ are `[rows, K]`. */
export interface RadialStack extends RadialShape {
  /** `[batch, D]`. */
  readonly input: tf.Tensor2D;
  /** `[rows, K, D]`. */
  readonly center: tf.Tensor;
}

/** Keeps the gradient of the norm finite at the center. */
const SMALLEST_SQUARED_RADIUS = 1e-24;

/** The stack as one operation over typed arrays. */
export function radialOnArrays({ input, center, alpha, gamma }: RadialStack, site: StackSite): Mapped {
  const [batch, size] = input.shape;
  const [rows, layers] = alpha.shape as [number, number];
  return stackOnArrays([input, center, alpha, gamma], (arrays) =>
    runRadialStack(arrays as unknown as Parameters<typeof runRadialStack>[0], { batch, size, rows, layers }, site),
  );
}

/** The stack by tensor operations, one layer after the other. */
export function radialOnTensors({ input, center, alpha, gamma }: RadialStack, site: StackSite): Mapped {
  const [centers, alphas, gammas] = [layersOf(center), layersOf(alpha), layersOf(gamma)];
  let value: tf.Tensor = input;
  const logDets: tf.Tensor[] = [];
  for (const k of layerOrder(centers.length, site)) {
    const shape = { alpha: alphas[k]!, gamma: gammas[k]! };
    const offset = tf.sub(value, centers[k]!);
    const radius = site.solve ? innerRadius(norm(offset), shape) : norm(offset);
    const factor = stretch(radius, shape);
    logDets.push(tf.mul(logDetAt(radius, shape, input.shape[1]), site.solve ? -1 : 1));
    const scaled = site.solve ? tf.div(offset, tf.expandDims(factor, 1)) : tf.mul(offset, tf.expandDims(factor, 1));
    value = tf.add(centers[k]!, scaled);
  }
  return { value, logDet: tf.addN(logDets) };
}

function norm(offset: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.square(offset), 1), SMALLEST_SQUARED_RADIUS));
}

/** 1 + β̂ / (α + r) = (r + γ) / (α + r). */
function stretch(radius: tf.Tensor, { alpha, gamma }: RadialShape): tf.Tensor {
  return tf.div(tf.add(radius, gamma), tf.add(radius, alpha));
}

/** (D − 1) log R/r + log dR/dr, both quotients of positive sums. */
function logDetAt(radius: tf.Tensor, shape: RadialShape, size: number): tf.Tensor {
  const { alpha, gamma } = shape;
  const sum = tf.add(radius, alpha);
  // (r² + 2αr + αγ) / (α + r)² = r/(α + r) · (1 + α/(α + r)) + (α/(α + r)) · (γ/(α + r)), without squares of large radii.
  const inner = tf.div(alpha, sum);
  const slope = tf.add(tf.mul(tf.div(radius, sum), tf.add(1, inner)), tf.mul(inner, tf.div(gamma, sum)));
  return tf.add(tf.mul(tf.log(stretch(radius, shape)), size - 1), tf.log(slope));
}

/** The positive root of r² + (γ − R) r − αR = 0, by the form of the formula that does not cancel. */
function innerRadius(outer: tf.Tensor, { alpha, gamma }: RadialShape): tf.Tensor {
  const b = tf.sub(gamma, outer);
  const product = tf.mul(alpha, outer);
  const sum = tf.add(tf.sqrt(tf.add(tf.square(b), tf.mul(product, 4))), tf.abs(b));
  const rising = stopGradient(tf.step(b));
  const whenRising = tf.div(tf.mul(product, 2), sum);
  return tf.add(tf.mul(rising, whenRising), tf.mul(tf.sub(1, rising), tf.mul(sum, 0.5)));
}
