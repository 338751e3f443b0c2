import {
  type ModuleExports,
  type Replacement,
  replacingTier,
  type Tier,
  type Unavailable,
} from '@flowzoo/kernels-wasm';
import { type Addon, loadAddon, type NativeFunction } from './addon.ts';
import { choices } from './choose.ts';
import { samplerKernels } from './samplers/samplers.ts';
import { defaultThreads } from './threads.ts';

/** Options of {@link nativeTier}. */
export interface NativeTierOptions {
  /** Threads for one kernel. Default: the physical cores, one in a worker thread. */
  readonly threads?: number;
}

/**
 * The kernels of `@flowzoo/kernels-wasm` on native functions, which work in place on tfjs's heap. Where the addon is not
 * compiled, `accelerate` goes on with the next tier and its notes say so.
 *
 * @example
 * await tf.setBackend('wasm');
 * await accelerate({ tiers: [nativeTier(), wasmTier, composedTier] });
 */
export function nativeTier(options: NativeTierOptions = {}): Tier {
  let addon: Addon;
  const tier = replacingTier({
    name: 'native',
    replace({ host, functions: wasm }): Replacement | Unavailable {
      const threads = options.threads ?? defaultThreads();
      try {
        addon = loadAddon();
      } catch (error) {
        return { reason: whyNot(error) };
      }
      addon.setThreads(threads);
      const functions = Object.fromEntries(
        Object.entries(addon.functions).map(([group, ofGroup]) => [
          group,
          chosen(group, onHeap(ofGroup, host.memory), wasm[group] ?? {}),
        ]),
      );
      return { features: [...addon.features, `threads: ${threads}`], functions };
    },
  });
  return {
    name: tier.name,
    async start(host, wanted) {
      const started = await tier.start(host, wanted);
      if ('reason' in started) return started;
      return { ...started, kernels: { ...started.kernels, ...samplerKernels(addon) } };
    },
  };
}

/** The functions with the heap put in: its buffer is another one after every growth. */
function onHeap(functions: Readonly<Record<string, NativeFunction>>, memory: WebAssembly.Memory): ModuleExports {
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [name, (...values: number[]) => run(memory.buffer, ...values)]),
  );
}

/** Each function of a group, or WebAssembly's where that is better. */
function chosen(group: string, native: ModuleExports, wasm: ModuleExports): ModuleExports {
  return Object.fromEntries(
    Object.entries(native).map(([name, run]) => [name, choices[group]?.[name]?.(run, wasm[name]) ?? run]),
  );
}

function whyNot(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code === 'MODULE_NOT_FOUND') {
    return 'the addon is not compiled: npm rebuild @flowzoo/kernels-native says what it needs';
  }
  return `the addon does not start: ${message?.split('\n')[0]}`;
}
