import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Bijector, Mapped } from '../src/contracts/bijector.ts';
import type { Part } from '../src/contracts/part.ts';
import { Random } from '../src/random/random.ts';
import { expectClose } from './numeric.ts';

/** A tensor's values, which is then disposed. */
export function take(tensor: tf.Tensor): number[] {
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}

/** The values of one direction's result, which is then disposed. */
export function takeMapped(mapped: Mapped): { value: number[]; logDet: number[]; shape: number[] } {
  const shape = mapped.value.shape;
  return { value: take(mapped.value), logDet: take(mapped.logDet), shape };
}

/** Sets every variable to normal values of order one: errors hide at the initial values. */
export function drawVariables(part: Part, seed: number): void {
  for (const [name, variable] of part.variables) {
    const random = new Random(`${seed}/${name}`);
    tf.tidy(() => variable.assign(tf.tensor(random.normals(variable.size), variable.shape)));
  }
}

/** Both round trips, log-dets that cancel, and rows that do not depend on their neighbours. */
export function expectTwoWay(
  layer: Bijector,
  z: tf.Tensor,
  options: { context?: tf.Tensor; tolerance?: number } = {},
): void {
  const { context, tolerance = 1e-4 } = options;
  tf.tidy(() => {
    const there = layer.forward(z, context);
    const back = layer.inverse(there.value, context);
    expectClose(back.value, z, tolerance);
    expectClose(back.logDet, tf.neg(there.logDet), tolerance);
    const again = layer.forward(back.value, context);
    expectClose(again.value, there.value, tolerance);
    const first = layer.forward(row(z), context === undefined ? undefined : row(context));
    expectClose(first.value, row(there.value), 1e-6);
    expectClose(first.logDet, row(there.logDet), 1e-6);
  });
}

function row(tensor: tf.Tensor): tf.Tensor {
  return tf.slice(
    tensor,
    tensor.shape.map(() => 0),
    [1, ...tensor.shape.slice(1)],
  );
}

/** Compares the gradient of a scalar in every variable with central differences, element by element. */
export function expectVariableGradients(part: Part, loss: () => tf.Scalar, tolerance = 5e-3): void {
  const variables = [...part.variables.values()];
  const { value, grads } = tf.variableGrads(loss, variables);
  value.dispose();
  const byId = Object.values(grads);
  expect(byId).toHaveLength(variables.length);
  for (const [name, variable] of part.variables) {
    const gradient = take(grads[variable.name]!);
    const values = Array.from(variable.dataSync());
    const at = (index: number, value: number): number => {
      const moved = values.with(index, value);
      tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
      return take(tf.tidy(loss))[0]!;
    };
    values.forEach((center, index) => {
      const step = 1e-2;
      const slope = (at(index, center + step) - at(index, center - step)) / (2 * step);
      at(index, center);
      const error = Math.abs(slope - gradient[index]!);
      expect(error, `${name}[${index}]`).toBeLessThan(tolerance * (1 + Math.abs(slope)));
    });
  }
}
