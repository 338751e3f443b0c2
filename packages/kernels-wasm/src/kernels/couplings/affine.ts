import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';
import { expectFloats } from './expect-floats.ts';

/** How shift t and scale s follow from the two parameters [t, r] of an element. */
export interface AffineAttributes {
  /** s = σ(r + bound), or s = exp(bound·tanh(r / bound)). */
  readonly map: 'sigmoid' | 'tanh';
  readonly bound: number;
  /** What t is multiplied by. */
  readonly shiftGain: number;
  /** (x + t)·s, or else x·s + t. */
  readonly shiftFirst: boolean;
}

/** [value, log s] of elements x and their parameters `[...x.shape, 2]`. */
export function affineForward({ host, functions }: KernelTools): KernelFunc {
  const run = functions['affineForward']!;
  return kernel<'x' | 'raw', AffineAttributes>(({ inputs: { x, raw }, attrs }) => {
    const count = countOf(x.shape, raw);
    expectFloats(x, raw);
    const outputs = [host.output(x.shape), host.output(x.shape)];
    run(...[x, raw, ...outputs].map((each) => host.pointer(each)), count, ...numbersOf(attrs), ...orderOf(attrs));
    return outputs;
  });
}

/** [∂x, ∂raw] from the gradient in the value. */
export function affineGradient({ host, functions }: KernelTools): KernelFunc {
  const run = functions['affineGradient']!;
  return kernel<'x' | 'raw' | 'dy', AffineAttributes>(({ inputs: { x, raw, dy }, attrs }) => {
    const count = countOf(x.shape, raw);
    tf.util.assertShapesMatch(x.shape, dy.shape, 'a gradient has the shape of what it is of: ');
    expectFloats(x, raw, dy);
    const outputs = [host.output(x.shape), host.output(raw.shape)];
    run(...[x, raw, dy, ...outputs].map((each) => host.pointer(each)), count, ...numbersOf(attrs), ...orderOf(attrs));
    return outputs;
  });
}

/** ∂raw from the gradient `[batch]` in Σ log s of each example. */
export function affineLogGradient({ host, functions }: KernelTools): KernelFunc {
  const run = functions['affineLogGradient']!;
  return kernel<'raw' | 'dLogDet', AffineAttributes>(({ inputs: { raw, dLogDet }, attrs }) => {
    const [batch = 1] = raw.shape;
    const count = countOf(raw.shape.slice(0, -1), raw);
    tf.util.assertShapesMatch(dLogDet.shape, [batch], 'a log-det is one number per example: ');
    expectFloats(raw, dLogDet);
    const dRaw = host.output(raw.shape);
    const pointers = [raw, dLogDet, dRaw].map((each) => host.pointer(each));
    run(...pointers, batch, batch === 0 ? 0 : count / batch, ...numbersOf(attrs));
    return dRaw;
  });
}

function numbersOf({ map, bound }: AffineAttributes): [sigmoidal: number, bound: number] {
  return [map === 'sigmoid' ? 1 : 0, bound];
}

function orderOf({ shiftGain, shiftFirst }: AffineAttributes): [gain: number, shiftFirst: number] {
  return [shiftGain, shiftFirst ? 1 : 0];
}

/** The number of elements. @throws Error when there are not two parameters for each */
function countOf(shape: readonly number[], raw: TensorInfo): number {
  tf.util.assertShapesMatch(raw.shape, [...shape, 2], 'an element has two parameters: ');
  return tf.util.sizeFromShape(shape as number[]);
}
