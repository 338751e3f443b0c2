/** The functions of assembly/stacks.ts; addresses are bytes of the module's memory, counts are elements. */
export interface StackFunctions {
  planarScratch(size: number, layers: number, own: number): number;
  /** Bytes for every {@link PANEL} examples. */
  planarKept(size: number, layers: number): number;
  planar(...numbers: number[]): void;
  planarGradient(...numbers: number[]): void;
  radialScratch(size: number, layers: number, own: number): number;
  radial(...numbers: number[]): void;
  radialGradient(...numbers: number[]): void;
  sylvesterScratch(width: number): number;
  sylvester(...numbers: number[]): void;
  sylvesterGradient(...numbers: number[]): void;
}

/** How many examples the module takes at once. */
export const PANEL = 4;

/** Bit of the argument `flags` of the stacks: latent → data, the last layer runs first. */
export const FORWARD = 1;
/** Bit: the direction that solves. */
export const SOLVING = 2;
/** Bit: every example has parameters of its own. */
export const OWN = 4;
/** From this bit on: the number of the activation. */
export const ACTIVATION_SHIFT = 3;
