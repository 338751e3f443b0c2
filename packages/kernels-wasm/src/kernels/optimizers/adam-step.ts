import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';

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

type Inputs = 'parameters' | 'gradient' | 'first' | 'second';

/**
 * One step of Adam, θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε), over one flat vector (Kingma & Ba 2015, algorithm 1). Gives the new
 * parameters, m and v; the inputs stay as they are.
 */
export function adamStep({ host, functions }: KernelTools): KernelFunc {
  const run = functions['adamStep']!;
  return kernel<Inputs, StepAttributes>(({ inputs, attrs }) => {
    const { beta1, beta2 } = attrs;
    // Both corrections go into two scalars: m̂/(√v̂ + ε) = (c/(1 − β₁ᵗ)) m/(√v + c ε) with c = √(1 − β₂ᵗ).
    const correction = Math.sqrt(1 - beta2 ** attrs.iteration);
    const rate = (attrs.learningRate * correction) / (1 - beta1 ** attrs.iteration);
    const kept = 1 - attrs.learningRate * attrs.weightDecay;
    const outputs = outputsLike(inputs.parameters, host);
    const places = [inputs.parameters, inputs.gradient, inputs.first, inputs.second, ...outputs];
    const count = countOf(inputs);
    const pointers = places.map((each) => host.pointer(each));
    run(...pointers, count, rate, beta1, 1 - beta1, beta2, 1 - beta2, attrs.epsilon * correction, kept);
    return outputs;
  });
}

/** One step of Adamax, θ ← (1 − η λ) θ − η m̂ / (u + ε), u = max(β₂ u, |g|) (Kingma & Ba 2015, algorithm 2). */
export function adamaxStep({ host, functions }: KernelTools): KernelFunc {
  const run = functions['adamaxStep']!;
  return kernel<Inputs, StepAttributes>(({ inputs, attrs }) => {
    const { beta1, beta2 } = attrs;
    const rate = attrs.learningRate / (1 - beta1 ** attrs.iteration);
    const kept = 1 - attrs.learningRate * attrs.weightDecay;
    const outputs = outputsLike(inputs.parameters, host);
    const places = [inputs.parameters, inputs.gradient, inputs.first, inputs.second, ...outputs];
    const count = countOf(inputs);
    const pointers = places.map((each) => host.pointer(each));
    run(...pointers, count, rate, beta1, 1 - beta1, beta2, attrs.epsilon, kept);
    return outputs;
  });
}

function outputsLike({ shape }: TensorInfo, host: KernelTools['host']): TensorInfo[] {
  return [host.output(shape), host.output(shape), host.output(shape)];
}

/** @throws Error when the four vectors differ in length or are not float32 */
function countOf(inputs: Readonly<Record<Inputs, TensorInfo>>): number {
  const count = sizeOf(inputs.parameters);
  for (const [name, each] of Object.entries(inputs)) {
    if (sizeOf(each) === count && each.dtype === 'float32') continue;
    throw new Error(
      `an optimizer step needs float32 vectors of one length: parameters has ${count} numbers, ` +
        `${name} has ${sizeOf(each)} of dtype ${each.dtype}`,
    );
  }
  return count;
}

function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((product, each) => product * each, 1);
}
