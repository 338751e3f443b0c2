import type { Host } from '../host/host.ts';
import { kernelsOf, startGroups } from './groups.ts';
import { isUnavailable, type StartedTier, type Tier, type TierOptions, type Unavailable } from './tier.ts';

/** Kernels in WebAssembly modules of this package, on the heap of tfjs. */
export const wasmTier: Tier = {
  name: 'wasm',
  async start(host: Host | null, options: TierOptions): Promise<StartedTier | Unavailable> {
    const started = await startGroups(host, options);
    if (isUnavailable(started)) return started;
    const kernels = started.groups.map(({ group, functions }) => kernelsOf(group, functions));
    return { features: started.features, kernels: Object.assign({}, ...kernels) };
  },
};
