import type { Host, KernelFactory } from '../host/host.ts';
import { convolutions } from '../kernels/convolutions/convolutions.ts';
import { couplings } from '../kernels/couplings/couplings.ts';
import { elementwise } from '../kernels/elementwise/elementwise.ts';
import type { KernelGroup } from '../kernels/kernel-group.ts';
import { layout } from '../kernels/layout/layout.ts';
import { optimizers } from '../kernels/optimizers/optimizers.ts';
import { products } from '../kernels/products/products.ts';
import { random } from '../kernels/random/random.ts';
import { reductions } from '../kernels/reductions/reductions.ts';
import { instantiate, type ModuleExports, validates } from '../module/instantiate.ts';
import type { TierOptions, Unavailable } from './tier.ts';

const GROUPS: readonly KernelGroup[] = [
  elementwise,
  couplings,
  optimizers,
  layout,
  convolutions,
  reductions,
  products,
  random,
];

/** A group whose module runs on the heap. */
export interface StartedGroup {
  /** Name of its module, for example `products`. */
  readonly name: string;
  readonly group: KernelGroup;
  /** What the module exports. */
  readonly functions: ModuleExports;
}

/** All groups on this heap, and what they use of the host. */
export interface StartedGroups {
  readonly groups: readonly StartedGroup[];
  readonly features: readonly string[];
}

/** Instantiates the modules of all groups, or says why they cannot run here. */
export async function startGroups(host: Host | null, options: TierOptions): Promise<StartedGroups | Unavailable> {
  if (host === null) return { reason: 'the heap of tfjs is out of reach (its threaded build)' };
  if (!GROUPS.every(({ module }) => validates(module, false))) return { reason: 'the host has no WebAssembly SIMD' };
  const relaxed = options.relaxed && GROUPS.every(({ module }) => validates(module, true));
  const groups: StartedGroup[] = [];
  for (const group of GROUPS) {
    const functions = await instantiate(group.module, { memory: host.memory, relaxed });
    groups.push({ name: group.module.name, group, functions });
  }
  return { groups, features: relaxed ? ['simd', 'relaxed-simd'] : ['simd'] };
}

/** The kernels of a group, on top of these functions. */
export function kernelsOf(group: KernelGroup, functions: ModuleExports): Record<string, KernelFactory> {
  const made = Object.entries(group.kernels).map(([name, create]): [string, KernelFactory] => [
    name,
    (host, stock) => create({ host, functions, stock }),
  ]);
  return Object.fromEntries(made);
}
