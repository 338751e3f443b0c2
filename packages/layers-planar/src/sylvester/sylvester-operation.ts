import type { StackFunctions } from '../wasm/functions.ts';
import type { Operation, Shapes } from '../wasm/operation.ts';

/** What a Sylvester layer does besides its tensors. */
export interface SylvesterAttributes {
  /** Q is the reversal instead of the identity. */
  readonly reversed: boolean;
  /** The result is x + Q R tanh(R̃ Qᵀ x + b), for D ≥ M; without, it is R tanh(R̃ x + b) alone, for D = M. */
  readonly adding: boolean;
  readonly minimumSlope: number;
  /** Where the triangles begin in a row of `raw`; diagonal and offset follow. */
  readonly rawStart: number;
}

// The bits of `flags` in assembly/sylvester/calls.ts.
const REVERSED = 1;
const ADDING = 2;

/** Inputs x `[batch, D]`, triangles `[M, M]`, diagonal and b `[M]`. */
export const sylvesterOperation: Operation<SylvesterAttributes> = {
  name: 'SylvesterLayer',
  inputs: ['x', 'triangles', 'diagonal', 'b'],
  scratch: scratchOf,
  run: (functions, { scratch, inputs, outputs }, shapes, attributes) =>
    functions.sylvester(scratch, ...inputs, 0, ...numbersOf(shapes, attributes), ...outputs),
  gradient: (functions, { scratch, inputs, outputs }, shapes, attributes) => {
    const numbers = numbersOf(shapes, attributes);
    functions.sylvesterGradient(scratch, ...inputs.slice(0, 4), 0, ...numbers, ...inputs.slice(4), ...outputs, 0);
  },
};

/** The same with a row of `raw` `[batch, P]` for each example, which is added to the others; those are constants. */
export const amortisedSylvesterOperation: Operation<SylvesterAttributes> = {
  name: 'AmortisedSylvesterLayer',
  inputs: ['x', 'triangles', 'diagonal', 'b', 'raw'],
  constants: ['triangles', 'diagonal', 'b'],
  scratch: scratchOf,
  run: (functions, { scratch, inputs, outputs }, shapes, attributes) =>
    functions.sylvester(scratch, ...inputs, ...numbersOf(shapes, attributes), ...outputs),
  gradient: (functions, { scratch, inputs, outputs }, shapes, attributes) => {
    const [toInput, toRaw] = outputs as [number, number];
    const numbers = numbersOf(shapes, attributes);
    const sensitivities = inputs.slice(5);
    functions.sylvesterGradient(scratch, ...inputs.slice(0, 5), ...numbers, ...sensitivities, toInput, 0, 0, 0, toRaw);
  },
};

function scratchOf(functions: StackFunctions, shapes: Shapes): number {
  return functions.sylvesterScratch(shapes[1]![0]!);
}

function numbersOf(shapes: Shapes, { reversed, adding, minimumSlope, rawStart }: SylvesterAttributes): number[] {
  const [[batch, size], [width], , , raw] = shapes as unknown as [
    [number, number],
    [number],
    [],
    [],
    [number, number]?,
  ];
  const flags = (reversed ? REVERSED : 0) | (adding ? ADDING : 0);
  return [batch, size, width, flags, raw?.[1] ?? 0, rawStart, Math.sqrt(1 - minimumSlope)];
}
