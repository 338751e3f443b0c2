import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.ts';
import { registerGradients } from './gradients/gradients.ts';
import { guardHeap } from './host/heap-guard.ts';
import { Host, type StockKernel } from './host/host.ts';
import { findStockBackend, heapOf, type StockBackend } from './host/stock-backend.ts';
import { checkKernel } from './self-test/check-kernel.ts';
import { composedTier } from './tiers/composed-tier.ts';
import { isUnavailable, type StartedTier, type Tier } from './tiers/tier.ts';
import { wasmTier } from './tiers/wasm-tier.ts';

/** Options of {@link accelerate}. */
export interface AccelerateOptions {
  /**
   * Multiply and add with one rounding where the host can: up to twice as fast, and results then depend on the host.
   * Default: false, the same bits on every machine.
   */
  readonly relaxed?: boolean;
  /** Tiers, the preferred first. Default: the WebAssembly kernels, then overrides composed of stock kernels. */
  readonly tiers?: readonly Tier[];
}

interface Installed {
  readonly backend: StockBackend;
  readonly acceleration: Acceleration;
  undo(): void;
}

/** On globalThis, since two copies of this package in one program still share one tfjs. */
const INSTALLED = Symbol.for('@flowzoo/kernels-wasm');
const shared = globalThis as unknown as Record<symbol, Installed | undefined>;

/**
 * Replaces kernels of tfjs's `wasm` backend, for every tfjs program in this process, gradients included. Calling it again
 * changes nothing and gives the same report; {@link restore} takes everything back.
 *
 * @example
 * await tf.setBackend('wasm');
 * const { tier } = await accelerate();
 */
export async function accelerate(options: AccelerateOptions = {}): Promise<Acceleration> {
  const backend = await findStockBackend();
  const installed = shared[INSTALLED];
  if (installed !== undefined && installed.backend === backend) return installed.acceleration;
  restore();
  if (backend === null) return nothing('tfjs has no wasm backend here: import @tensorflow/tfjs-backend-wasm first');
  const memory = heapOf(backend);
  const host = memory === null ? null : new Host(backend, memory);
  const next = await install(backend, host, options);
  shared[INSTALLED] = next;
  return next.acceleration;
}

/** Puts tfjs's own kernels back; does nothing when nothing was replaced. */
export function restore(): void {
  shared[INSTALLED]?.undo();
  shared[INSTALLED] = undefined;
}

async function install(backend: StockBackend, host: Host | null, options: AccelerateOptions): Promise<Installed> {
  const started: { readonly name: string; readonly tier: StartedTier }[] = [];
  const notes: string[] = [];
  for (const tier of options.tiers ?? [wasmTier, composedTier]) {
    const answer = await tier.start(host, { relaxed: options.relaxed ?? false });
    if (isUnavailable(answer)) notes.push(`${tier.name}: ${answer.reason}`);
    else started.push({ name: tier.name, tier: answer });
  }
  const kernels: Record<string, string> = {};
  const undos: (() => void)[] = host === null ? [] : [guardHeap(backend, host.memory)];
  if (started.length > 0) undos.push(registerGradients());
  for (const { name, tier } of started) {
    for (const [kernelName, create] of Object.entries(tier.kernels)) {
      if (kernels[kernelName] !== undefined) continue;
      const stock = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined;
      const kernelFunc = create(host as Host, stock?.kernelFunc as unknown as StockKernel | undefined);
      const fault = checkKernel(kernelName, kernelFunc, backend);
      if (fault === null) {
        undos.push(replace(kernelName, kernelFunc, stock));
        kernels[kernelName] = name;
      } else notes.push(`${name}: ${kernelName} failed its self-test and was left out: it ${fault}`);
    }
  }
  const acceleration: Acceleration = {
    tier: started[0]?.name ?? 'stock',
    features: started.flatMap(({ tier }) => tier.features),
    kernels,
    notes,
  };
  const undo = (): void => {
    for (const each of undos.toReversed()) each();
    for (const { tier } of started) tier.stop?.();
    host?.release();
  };
  return { backend, acceleration, undo };
}

/** Registers one kernel in place of the stock one; gives the way back. */
function replace(kernelName: string, kernelFunc: KernelFunc, stock: tf.KernelConfig | undefined): () => void {
  register(kernelName, kernelFunc);
  return () => {
    if (stock === undefined) tf.unregisterKernel(kernelName, 'wasm');
    else register(kernelName, stock.kernelFunc);
  };
}

function register(kernelName: string, kernelFunc: KernelFunc): void {
  // Registering over an existing kernel works too, but tfjs then prints a warning for each.
  if ((tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined) !== undefined)
    tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

function nothing(note: string): Acceleration {
  return { tier: 'stock', features: [], kernels: {}, notes: [note] };
}
