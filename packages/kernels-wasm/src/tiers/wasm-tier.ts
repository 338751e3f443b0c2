import type { Host, KernelFactory } from '../host/host.ts';
import { convolutions } from '../kernels/convolutions/convolutions.ts';
import { elementwise } from '../kernels/elementwise/elementwise.ts';
import type { KernelGroup } from '../kernels/kernel-group.ts';
import { layout } from '../kernels/layout/layout.ts';
import { optimizers } from '../kernels/optimizers/optimizers.ts';
import { random } from '../kernels/random/random.ts';
import { reductions } from '../kernels/reductions/reductions.ts';
import { products } from '../kernels/products/products.ts';
import { instantiate, validates } from '../module/instantiate.ts';
import type { StartedTier, Tier, TierOptions, Unavailable } from './tier.ts';

const GROUPS: readonly KernelGroup[] = [elementwise, optimizers, layout, convolutions, reductions, products, random];

/** Kernels in WebAssembly modules of this package, on the heap of tfjs. */
export const wasmTier: Tier = {
  name: 'wasm',
  async start(host: Host | null, options: TierOptions): Promise<StartedTier | Unavailable> {
    if (host === null) return { reason: 'the heap of tfjs is out of reach (its threaded build)' };
    if (!GROUPS.every(({ module }) => validates(module, false))) return { reason: 'the host has no WebAssembly SIMD' };
    const relaxed = options.relaxed && GROUPS.every(({ module }) => validates(module, true));
    const kernels: Record<string, KernelFactory> = {};
    for (const { module, kernels: ofGroup } of GROUPS) {
      const functions = await instantiate(module, { memory: host.memory, relaxed });
      for (const [name, create] of Object.entries(ofGroup)) {
        kernels[name] = (on, stock) => create({ host: on, functions, stock });
      }
    }
    return { features: relaxed ? ['simd', 'relaxed-simd'] : ['simd'], kernels };
  },
};
