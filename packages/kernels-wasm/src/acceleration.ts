/** What {@link accelerate} did. */
export interface Acceleration {
  /** The first tier that runs here: `wasm`, `composed`, or `stock` when nothing could be replaced. */
  readonly tier: string;
  /** What the tiers use of the host, for example `simd`. */
  readonly features: readonly string[];
  /** tfjs kernel name → the tier whose kernel runs now. Names that are missing run as tfjs ships them. */
  readonly kernels: Readonly<Record<string, string>>;
  /** Why something does not run here, one sentence each; empty when all is well. */
  readonly notes: readonly string[];
}
