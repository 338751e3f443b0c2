/** What runs a {@link RingProgram}; its floats and words are its own. */
export interface RingKernel {
  /** The program's floats: conditions, previous values and uniforms are written here, parameters and levels read. */
  readonly floats: Float32Array;
  /** Sets what all steps, or those of a frame, start from, out of the numbers in CONDITION. */
  condition(part: 'global' | 'local'): void;
  /** One step, from PREVIOUS to PARAMETERS. */
  step(): void;
  /** Draws several steps, at most CHUNK, by UNIFORMS into DRAWN, where levels that are given stand already. */
  draw(steps: number, temperature: number): void;
  /** Gives back what others can use. */
  dispose(): void;
}
