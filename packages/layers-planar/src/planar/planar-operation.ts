import type { StackSite } from '../two-way/stack-on-arrays.ts';
import { ACTIVATION_SHIFT, FORWARD, OWN, SOLVING } from '../wasm/functions.ts';
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

/** Inputs `[batch, D]`, u and w `[rows, K, D]`, b `[rows, K]`: assembly/stacks/planar-calls.ts. */
export const planarOperation: Operation<PlanarAttributes> = {
  name: 'PlanarStack',
  inputs: ['x', 'u', 'w', 'b'],
  scratch: (functions, shapes) => {
    const { size, layers, own } = sizesOf(shapes);
    return functions.planarScratch(size, layers, own);
  },
  run: (functions, { scratch, inputs, outputs }, shapes, attributes) =>
    functions.planar(scratch, ...inputs, ...numbersOf(shapes, attributes), ...outputs),
  gradient: (functions, { scratch, inputs, outputs }, shapes, attributes) => {
    const sensitivities = inputs.slice(4);
    const numbers = numbersOf(shapes, attributes);
    functions.planarGradient(scratch, ...inputs.slice(0, 4), ...numbers, ...sensitivities, ...outputs);
  },
};

function sizesOf(shapes: Shapes): { batch: number; size: number; layers: number; own: number } {
  const [[batch, size], [rows, layers]] = shapes as unknown as [[number, number], [number, number]];
  return { batch, size, layers, own: rows === 1 ? 0 : 1 };
}

function numbersOf(shapes: Shapes, { forward, solve, activation, slope, minimumSlope }: PlanarAttributes): number[] {
  const { batch, size, layers, own } = sizesOf(shapes);
  const kind = ACTIVATIONS.indexOf(activation);
  const flags = (forward ? FORWARD : 0) | (solve ? SOLVING : 0) | (own * OWN) | (kind << ACTIVATION_SHIFT);
  return [batch, size, layers, flags, activation === 'leaky-relu' ? slope : 0, minimumSlope];
}
