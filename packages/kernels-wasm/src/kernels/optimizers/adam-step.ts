import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { Host } from '../../host/host.ts';
import { kernel, type KernelCall, type KernelTools } from '../kernel-group.ts';

/** Attributes of `AdamStep` and `AdamaxStep`. */
export interface StepAttributes {
  /** Learning rate of this step, schedule included. */
  readonly learningRate: number;
  /** Number of this update, from 1, for the bias corrections. */
  readonly iteration: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** λ of decoupled decay, θ ← (1 − η λ) θ; 0 for none. */
  readonly weightDecay: number;
}

/**
 * One step of Adam, θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε) (Kingma & Ba 2015, algorithm 1). The inputs are a list: n tensors of
 * parameters, their n gradients, and the flat vectors m and v over all of them; the outputs are the n new tensors, m and v.
 * The inputs stay as they are.
 */
export function adamStep({ host, functions }: KernelTools): KernelFunc {
  const run = functions['adamStep']!;
  return overParts(host, ({ beta1, beta2, epsilon, iteration, learningRate, weightDecay }) => {
    // Both corrections go into two scalars: m̂/(√v̂ + ε) = (c/(1 − β₁ᵗ)) m/(√v + c ε) with c = √(1 − β₂ᵗ).
    const correction = Math.sqrt(1 - beta2 ** iteration);
    const rate = (learningRate * correction) / (1 - beta1 ** iteration);
    const numbers = [rate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon * correction, 1 - learningRate * weightDecay];
    return (pointers, count) => run(...pointers, count, ...numbers);
  });
}

/** One step of Adamax, θ ← (1 − η λ) θ − η m̂ / (u + ε), u = max(β₂ u, |g|) (Kingma & Ba 2015, algorithm 2); as `AdamStep`. */
export function adamaxStep({ host, functions }: KernelTools): KernelFunc {
  const run = functions['adamaxStep']!;
  return overParts(host, ({ beta1, beta2, epsilon, iteration, learningRate, weightDecay }) => {
    const rate = learningRate / (1 - beta1 ** iteration);
    const numbers = [rate, beta1, 1 - beta1, beta2, epsilon, 1 - learningRate * weightDecay];
    return (pointers, count) => run(...pointers, count, ...numbers);
  });
}

/** Runs an update on each part with its piece of the flat averages: nothing is joined and nothing is cut apart. */
function overParts(
  host: Host,
  prepare: (attributes: StepAttributes) => (pointers: readonly number[], count: number) => void,
): KernelFunc {
  return kernel<string, StepAttributes>(({ inputs, attrs }: KernelCall<string, StepAttributes>) => {
    const list = inputs as unknown as readonly TensorInfo[];
    const parts = (list.length - 2) / 2;
    const [parameters, gradients] = [list.slice(0, parts), list.slice(parts, -2)];
    const [first, second] = list.slice(-2) as [TensorInfo, TensorInfo];
    const sizes = sizesOf(parameters, gradients, [first, second]);
    const outputs = [...parameters, first, second].map(({ shape }) => host.output(shape));
    const update = prepare(attrs);
    const slots = [first, second, ...outputs.slice(-2)].map((slot) => host.pointer(slot));
    let start = 0;
    sizes.forEach((size, i) => {
      const [m, v, newM, newV] = slots.map((pointer) => pointer + start) as [number, number, number, number];
      const [theta, g] = [host.pointer(parameters[i]!), host.pointer(gradients[i]!)];
      update([theta, g, m, v, host.pointer(outputs[i]!), newM, newV], size);
      start += 4 * size;
    });
    return outputs;
  });
}

/** @throws Error when gradients or averages do not fit the parameters, or something is not float32 */
function sizesOf(
  parameters: readonly TensorInfo[],
  gradients: readonly TensorInfo[],
  slots: readonly TensorInfo[],
): number[] {
  const sizes = parameters.map(({ shape }) => tf.util.sizeFromShape(shape));
  gradients.forEach((each, i) => expectFloats(each, sizes[i]!, `gradient ${i}`));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  for (const slot of slots) expectFloats(slot, total, 'a moving average');
  return sizes;
}

function expectFloats(tensor: TensorInfo, count: number, name: string): void {
  const found = tf.util.sizeFromShape(tensor.shape);
  if (found === count && tensor.dtype === 'float32') return;
  throw new Error(
    `an optimizer step needs ${count} numbers of dtype float32 as ${name}, found ${found} of ${tensor.dtype}`,
  );
}
