import type { Host, KernelFactory } from '../host/host.ts';

/** A named source of kernels: WebAssembly of ours, overrides composed of stock kernels, or a package that adds its own. */
export interface Tier {
  /** As {@link Acceleration} reports it, for example `wasm`. */
  readonly name: string;
  /**
   * Prepares the tier on this heap, or says why it cannot run here. A tier measures here what it wants to choose by
   * measurement; it registers nothing itself.
   *
   * @param host Null where tfjs keeps its heap out of reach; stock kernels can still be composed then.
   */
  start(host: Host | null, options: TierOptions): Promise<StartedTier | Unavailable>;
}

/** What the caller of `accelerate` asks of every tier. */
export interface TierOptions {
  /** Allow results that depend on the host's FMA. */
  readonly relaxed: boolean;
}

/** A tier that runs here. */
export interface StartedTier {
  /** For the report: `simd`, `relaxed-simd`, `avx512` … */
  readonly features: readonly string[];
  /** tfjs kernel name → factory. Names that are missing here go to the next tier. */
  readonly kernels: Readonly<Record<string, KernelFactory>>;
  /** Gives back what `start` took. */
  stop?(): void;
}

/** Why a tier does not run here. */
export interface Unavailable {
  readonly reason: string;
}

/** Whether a tier said no. */
export function isUnavailable<Started extends object>(started: Started | Unavailable): started is Unavailable {
  return 'reason' in started;
}
