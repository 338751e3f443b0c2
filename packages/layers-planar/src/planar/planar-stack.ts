import type { Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { layersOf } from '../two-way/layers-of.ts';
import { layerOrder, stackOnArrays, type StackSite } from '../two-way/stack-on-arrays.ts';
import { slopeOf, type Activation } from './activation.ts';
import { runPlanarStack } from './planar-kernel.ts';
import type { ScalarActivation } from './scalar-activation.ts';

/** A batch and the parameters of K constrained layers; rows are 1 or batch. */
export interface PlanarStack {
  /** `[batch, D]`. */
  readonly input: tf.Tensor2D;
  /** `[rows, K, D]`. */
  readonly w: tf.Tensor;
  /** û, `[rows, K, D]`. */
  readonly direction: tf.Tensor;
  /** `[rows, K]`. */
  readonly b: tf.Tensor;
  /** 1 + sup h′ · wᵀû, `[rows, K]`. */
  readonly edge: tf.Tensor;
}

/** The stack as one operation over typed arrays. */
export function planarOnArrays(
  { input, w, direction, b, edge }: PlanarStack,
  how: { readonly site: StackSite; readonly activation: ScalarActivation },
): Mapped {
  const [batch, size] = input.shape;
  const [rows, layers] = b.shape as [number, number];
  return stackOnArrays([input, w, direction, b, edge], (arrays) =>
    runPlanarStack(arrays as unknown as Parameters<typeof runPlanarStack>[0], { batch, size, rows, layers }, how),
  );
}

/** The stack by tensor operations, one layer after the other. */
export function planarOnTensors(
  { input, w, direction, b, edge }: PlanarStack,
  { site, activation }: { readonly site: StackSite; readonly activation: Activation },
): Mapped {
  const [ws, bs, directions, edges] = [layersOf(w), layersOf(b), layersOf(direction), layersOf(edge)];
  const sign = site.solve ? -1 : 1;
  let value: tf.Tensor = input;
  const logDets: tf.Tensor[] = [];
  for (const k of layerOrder(ws.length, site)) {
    const projected = tf.add(tf.sum(tf.mul(value, ws[k]!), 1), bs[k]!);
    const activated = activation.at(site.solve ? activation.solve(projected, edges[k]!) : projected);
    logDets.push(tf.mul(tf.log(slopeOf(activated, edges[k]!)), sign));
    value = tf.add(value, tf.mul(directions[k]!, tf.expandDims(tf.mul(activated.value, sign), 1)));
  }
  return { value, logDet: tf.addN(logDets) };
}
