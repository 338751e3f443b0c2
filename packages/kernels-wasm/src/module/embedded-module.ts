/** A WebAssembly module inside the package: base64 of its bytes, built with and without relaxed SIMD. */
export interface EmbeddedModule {
  /** Name of the module, for messages. */
  readonly name: string;
  /** Multiplies and adds with two roundings: the same bits on every machine. */
  readonly strict: string;
  /** Multiplies and adds as the host likes it (FMA where it has it). */
  readonly relaxed: string;
}
