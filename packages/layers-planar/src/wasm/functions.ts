/** The functions of assembly/stacks.ts; addresses are bytes of the module's memory, counts are elements. */
export interface StackFunctions {
  planarScratch(size: number, layers: number, own: number): number;
  planar(...numbers: number[]): void;
  planarGradient(...numbers: number[]): void;
  radialScratch(size: number, layers: number, own: number): number;
  radial(...numbers: number[]): void;
  radialGradient(...numbers: number[]): void;
  sylvesterScratch(width: number): number;
  sylvester(...numbers: number[]): void;
  sylvesterGradient(...numbers: number[]): void;
}

/** Bits of the argument `flags` of the stacks. */
export const FORWARD = 1;
export const SOLVING = 2;
/** Every example has parameters of its own. */
export const OWN = 4;
/** From this bit on: the number of the activation. */
export const ACTIVATION_SHIFT = 3;
