import type { StackSite } from '../two-way/stack-on-arrays.ts';
import { ACTIVATION_SHIFT, FORWARD, OWN, PANEL, SOLVING } from '../wasm/functions.ts';
import type { Operation, Shapes } from '../wasm/operation.ts';
import type { ActivationName } from './activation.ts';

/** How a stack runs; the constraint is part of the operation. */
export interface PlanarAttributes extends StackSite {
  readonly activation: ActivationName;
  /** Of `leaky-relu`. */
  readonly slope: number;
  readonly minimumSlope: number;
}

const ACTIVATIONS: readonly ActivationName[] = ['tanh', 'softplus', 'leaky-relu'];

/**
 * Inputs `[batch, D]`, u and w `[rows, K, D]`, b `[rows, K]`, or `[K, D]` and `[K]`, and what is kept:
 * assembly/stacks/planar-calls.ts.
 */
export const planarOperation: Operation<PlanarAttributes> = {
  name: 'PlanarStack',
  inputs: ['x', 'u', 'w', 'b', 'kept'],
  constants: ['kept'],
  kept: (functions, shapes) => {
    const { batch, size, layers } = sizesOf(shapes);
    return Math.ceil(batch / PANEL) * functions.planarKept(size, layers);
  },
  scratch: (functions, shapes) => {
    const { size, layers, own } = sizesOf(shapes);
    return functions.planarScratch(size, layers, own);
  },
  run: (functions, { scratch, inputs, outputs }, shapes, attributes) =>
    functions.planar(scratch, ...parametersOf(inputs, shapes), ...numbersOf(shapes, attributes), ...outputs),
  gradient: (functions, { scratch, inputs, outputs }, shapes, attributes) => {
    const numbers = numbersOf(shapes, attributes);
    functions.planarGradient(scratch, ...parametersOf(inputs, shapes), ...numbers, ...inputs.slice(5), ...outputs);
  },
};

/** Addresses of the five inputs, 0 where nothing is kept. */
function parametersOf(inputs: readonly number[], shapes: Shapes): number[] {
  return [...inputs.slice(0, 4), shapes[4]![0] === 1 ? 0 : inputs[4]!];
}

function sizesOf([input, vectors]: Shapes): { batch: number; size: number; layers: number; own: number } {
  const [batch, size] = input as [number, number];
  return { batch, size, layers: vectors!.at(-2)!, own: vectors!.length === 3 && vectors![0] !== 1 ? 1 : 0 };
}

function numbersOf(shapes: Shapes, { forward, solve, activation, slope, minimumSlope }: PlanarAttributes): number[] {
  const { batch, size, layers, own } = sizesOf(shapes);
  const kind = ACTIVATIONS.indexOf(activation);
  const flags = (forward ? FORWARD : 0) | (solve ? SOLVING : 0) | (own * OWN) | (kind << ACTIVATION_SHIFT);
  return [batch, size, layers, flags, activation === 'leaky-relu' ? slope : 0, minimumSlope];
}
