export { accelerate, restore, type AccelerateOptions } from './accelerate.ts';
export type { Acceleration } from './acceleration.ts';
export { HeapError } from './host/heap-guard.ts';
export { Host, type KernelFactory, type StockKernel } from './host/host.ts';
export type { StockBackend } from './host/stock-backend.ts';
export type { ModuleExports } from './module/instantiate.ts';
export { composedTier } from './tiers/composed-tier.ts';
export {
  replacingTier,
  type Replacement,
  type ReplacementTools,
  type ReplacingTierOptions,
} from './tiers/replacing-tier.ts';
export type { StartedTier, Tier, TierOptions, Unavailable } from './tiers/tier.ts';
export { wasmTier } from './tiers/wasm-tier.ts';
export { FlatAdam, FlatAdamax, type FlatAdamOptions } from './optimizers/flat-adam.ts';
export { randomNormal, randomUniform, type RandomNormalOptions, type RandomUniformOptions } from './random/seeded.ts';
