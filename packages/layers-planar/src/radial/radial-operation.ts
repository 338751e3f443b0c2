import type { StackSite } from '../two-way/stack-on-arrays.ts';
import { FORWARD, OWN, SOLVING } from '../wasm/functions.ts';
import type { Operation, Shapes } from '../wasm/operation.ts';

/** How a stack runs; the constraint is part of the operation. */
export interface RadialAttributes extends StackSite {
  readonly minimumSlope: number;
}

/** Inputs `[batch, D]`, center `[rows, K, D]` or `[K, D]`, alpha and beta `[rows, K]` or `[K]`: assembly/stacks/radial-calls.ts. */
export const radialOperation: Operation<RadialAttributes> = {
  name: 'RadialStack',
  inputs: ['x', 'center', 'alpha', 'beta'],
  scratch: (functions, shapes) => {
    const { size, layers, own } = sizesOf(shapes);
    return functions.radialScratch(size, layers, own);
  },
  run: (functions, { scratch, inputs, outputs }, shapes, attributes) =>
    functions.radial(scratch, ...inputs, ...numbersOf(shapes, attributes), ...outputs),
  gradient: (functions, { scratch, inputs, outputs }, shapes, attributes) => {
    const sensitivities = inputs.slice(4);
    const numbers = numbersOf(shapes, attributes);
    functions.radialGradient(scratch, ...inputs.slice(0, 4), ...numbers, ...sensitivities, ...outputs);
  },
};

function sizesOf([input, centers]: Shapes): { batch: number; size: number; layers: number; own: number } {
  const [batch, size] = input as [number, number];
  return { batch, size, layers: centers!.at(-2)!, own: centers!.length === 3 && centers![0] !== 1 ? 1 : 0 };
}

function numbersOf(shapes: Shapes, { forward, solve, minimumSlope }: RadialAttributes): number[] {
  const { batch, size, layers, own } = sizesOf(shapes);
  const flags = (forward ? FORWARD : 0) | (solve ? SOLVING : 0) | (own * OWN);
  return [batch, size, layers, flags, minimumSlope];
}
