import type { Host, KernelFactory } from '../host/host.ts';
import type { ModuleExports } from '../module/instantiate.ts';
import { kernelsOf, startGroups } from './groups.ts';
import { isUnavailable, type StartedTier, type Tier, type TierOptions, type Unavailable } from './tier.ts';

/** What a tier of other functions is made with. */
export interface ReplacementTools {
  readonly host: Host;
  readonly options: TierOptions;
  /** Group (`products`, `convolutions`, …) → the functions of its WebAssembly module, for what is left to them. */
  readonly functions: Readonly<Record<string, ModuleExports>>;
}

/** Functions that take the place of those of WebAssembly modules. */
export interface Replacement {
  /** For the report, for example `avx512`. */
  readonly features: readonly string[];
  /** Group → functions with the names, parameters and results of those in its module. */
  readonly functions: Readonly<Record<string, ModuleExports>>;
  /** Gives back what the replacement took. */
  stop?(): void;
}

/** Options of {@link replacingTier}. */
export interface ReplacingTierOptions {
  /** Name of the tier. */
  readonly name: string;
  /** Makes the functions, or says why they cannot run here. Called at each start. */
  replace(tools: ReplacementTools): Replacement | Unavailable | Promise<Replacement | Unavailable>;
}

/**
 * A tier with the kernels of this package, checks of shapes, allocation and dtypes included, on top of other functions than
 * those of its WebAssembly modules: each function takes byte offsets into the heap and counts, as the modules' functions
 * do. A group's functions that are not replaced stay WebAssembly; a group without any is left to the next tier.
 *
 * @example
 * const tier = replacingTier({
 *   name: 'mine',
 *   replace: ({ host }) => ({
 *     features: [],
 *     functions: { elementwise: { vectorExp: (x, y, count) => expOnHeap(host.memory.buffer, x, y, count) } },
 *   }),
 * });
 * await accelerate({ tiers: [tier, wasmTier] });
 */
export function replacingTier({ name, replace }: ReplacingTierOptions): Tier {
  return {
    name,
    async start(host: Host | null, options: TierOptions): Promise<StartedTier | Unavailable> {
      const started = await startGroups(host, options);
      if (isUnavailable(started)) return started;
      const functions = Object.fromEntries(started.groups.map((each) => [each.name, each.functions]));
      const replacement = await replace({ host: host!, options, functions });
      if (isUnavailable(replacement)) return replacement;
      const unknown = Object.keys(replacement.functions).filter((group) => functions[group] === undefined);
      if (unknown.length > 0)
        throw new Error(`the tier ${name} replaces functions of groups that are not: ${unknown.join(', ')}`);
      const kernels: Record<string, KernelFactory>[] = started.groups
        .filter((each) => replacement.functions[each.name] !== undefined)
        .map((each) => kernelsOf(each.group, { ...each.functions, ...replacement.functions[each.name] }));
      return {
        features: replacement.features,
        kernels: Object.assign({}, ...kernels),
        stop: () => replacement.stop?.(),
      };
    },
  };
}
