import { FlowzooError, Random, sizeOf } from '@flowzoo/core';
import {
  assertFunction,
  assertKnownKeys,
  assertNotAborted,
  assertSeed,
  assertWholeNumber,
  impossible,
} from '../common/check.ts';
import { GiveWay } from '../common/give-way.ts';
import { assertTarget, evaluateTarget } from '../targets/evaluate.ts';
import type { Target } from '../targets/target.ts';
import type { Kernel, RunContext, Transition } from '../kernels/kernel.ts';
import type { ChainResult, ChainWarning } from './chain-result.ts';
import { initialState } from './initial-state.ts';
import type { RunOptions } from './options.ts';
import { StepSizeAdaptation } from './step-size-adaptation.ts';

/** Rejections in a row, over all chains, that are no chance. */
const HOPELESS = 100;

/**
 * Runs many chains of a kernel side by side: warm-up, in which the step size adapts to the kernel's target acceptance, then
 * `samples` kept draws per chain, `thin` steps apart. The same seed gives the same numbers.
 *
 * @throws E_OPTION naming the option; E_BATCH, E_EVENT_SHAPE about `initial`; E_OUT_OF_DOMAIN when a chain starts outside the
 * support; E_NOT_FINITE_LOSS when the target gives NaN or +∞, naming chain and position; E_NO_CONVERGENCE when no chain
 * accepts anything after warm-up; E_ABORTED
 *
 * @example
 * const result = await runChains(target, randomWalk({ stepSize: 1 }), {
 *   chains: 16,
 *   samples: 1000,
 *   initial: (chain, random) => [random.normal(), random.normal()],
 *   seed: 1,
 * });
 * const { mean, standardError, rHat } = summarizeChains(result, 0);
 */
export async function runChains(target: Target, kernel: Kernel, options: RunOptions): Promise<ChainResult> {
  assertTarget(target);
  if (typeof kernel?.begin !== 'function')
    throw impossible('kernel', kernel, 'a kernel, randomWalk({ stepSize: 1 }) for example');
  const settings = resolve(options);
  assertNotAborted(options.signal, 'runChains');
  const { chains, samples, warmup, thin } = settings;
  const run = contextOf(target, options);
  const { size } = run;
  const step = kernel.begin(run);
  let state = await initialState(options.initial, kernel, run);
  const record = new Recorder({ chains, samples, size });
  const adaptation = adaptationOf(kernel, settings);
  const giveWay = new GiveWay();
  const total = warmup + samples * thin;
  for (let iteration = 0; iteration < total; iteration++) {
    assertNotAborted(options.signal, 'runChains');
    const warm = iteration < warmup;
    const stepSize = (warm ? adaptation?.exploring : adaptation?.settled) ?? kernel.stepSize ?? Number.NaN;
    const transition = await step(state, { iteration, stepSize });
    state = transition.state;
    const acceptance = transition.acceptance.reduce((sum, value) => sum + value, 0) / chains;
    if (warm) adaptation?.update(acceptance);
    else record.add(transition, { stepSize, keep: (iteration - warmup) % thin === thin - 1 });
    options.onProgress?.({
      phase: warm ? 'warmup' : 'sampling',
      done: iteration + 1,
      total,
      acceptance,
      stepSize: transition.stepSize ?? stepSize,
    });
    await giveWay.now();
  }
  const stepSize = adaptation?.settled ?? kernel.stepSize ?? Number.NaN;
  return record.finish({ eventShape: target.eventShape, stepSize });
}

interface Settings {
  readonly chains: number;
  readonly samples: number;
  readonly warmup: number;
  readonly thin: number;
  readonly adapt: boolean;
}

function resolve(options: RunOptions): Settings {
  assertKnownKeys(options, ['chains', 'samples', 'initial', 'warmup', 'thin', 'adapt', 'seed', 'onProgress', 'signal']);
  const { chains, samples, thin = 1, adapt = true } = options;
  assertWholeNumber('chains', chains, 1);
  assertWholeNumber('samples', samples, 1);
  const warmup = options.warmup ?? Math.floor(samples / 2);
  assertWholeNumber('warmup', warmup, 0);
  assertWholeNumber('thin', thin, 1);
  if (typeof adapt !== 'boolean') throw impossible('adapt', adapt, 'true or false');
  assertSeed('seed', options.seed ?? 0);
  if (options.onProgress !== undefined) assertFunction('onProgress', options.onProgress);
  return { chains, samples, warmup, thin, adapt };
}

function contextOf(target: Target, options: RunOptions): RunContext {
  const { chains, signal } = options;
  const random = new Random(options.seed ?? 0);
  return {
    target,
    eventShape: target.eventShape,
    chains,
    size: sizeOf(target.eventShape),
    randoms: Array.from({ length: chains }, (_, chain) => random.fork(`chain ${chain}`)),
    random: random.fork('shared'),
    signal,
    evaluate: (positions, asked) =>
      evaluateTarget(target, positions, { ...asked, nameOf: (row) => `chain ${row % chains}` }),
  };
}

function adaptationOf(kernel: Kernel, { adapt, warmup }: Settings): StepSizeAdaptation | undefined {
  const { stepSize, targetAcceptance } = kernel;
  if (!adapt || warmup === 0 || stepSize === undefined || targetAcceptance === undefined) return undefined;
  return new StepSizeAdaptation({ stepSize, targetAcceptance });
}

/** Collects what is kept after warm-up. */
class Recorder {
  readonly #shape: { readonly chains: number; readonly samples: number; readonly size: number };
  readonly #draws: Float64Array;
  readonly #logDensity: Float64Array;
  readonly #acceptance: Float64Array;
  readonly #moves: Float64Array;
  readonly #stepSizes: Float64Array;
  #steps = 0;
  #kept = 0;

  constructor(shape: { readonly chains: number; readonly samples: number; readonly size: number }) {
    const { chains, samples, size } = shape;
    this.#shape = shape;
    this.#draws = new Float64Array(chains * samples * size);
    this.#logDensity = new Float64Array(chains * samples);
    this.#acceptance = new Float64Array(chains);
    this.#moves = new Float64Array(chains);
    this.#stepSizes = new Float64Array(samples);
  }

  add(transition: Transition, { stepSize, keep }: { readonly stepSize: number; readonly keep: boolean }): void {
    const { chains, samples, size } = this.#shape;
    const { state, acceptance, accepted } = transition;
    this.#steps += 1;
    for (let chain = 0; chain < chains; chain++) {
      this.#acceptance[chain]! += acceptance[chain]!;
      this.#moves[chain]! += accepted[chain]!;
      if (!keep) continue;
      const row = chain * samples + this.#kept;
      this.#draws.set(state.positions.values.subarray(chain * size, (chain + 1) * size), row * size);
      this.#logDensity[row] = state.logDensity[chain]!;
    }
    if (keep) this.#stepSizes[this.#kept++] = transition.stepSize ?? stepSize;
  }

  finish(options: Pick<ChainResult, 'eventShape' | 'stepSize'>): ChainResult {
    const { chains } = this.#shape;
    const stuck = Array.from(this.#moves.keys()).filter((chain) => this.#moves[chain] === 0);
    if (stuck.length === chains && chains * this.#steps >= HOPELESS)
      throw hopeless(chains * this.#steps, options.stepSize);
    return {
      ...options,
      ...this.#shape,
      draws: this.#draws,
      logDensity: this.#logDensity,
      acceptance: this.#acceptance.map((sum) => sum / this.#steps),
      stepSizes: this.#stepSizes,
      warnings: stuck.length === 0 ? [] : [stuckWarning(stuck, this.#steps)],
    };
  }
}

function stuckWarning(chains: readonly number[], steps: number): ChainWarning {
  const names = `${chains.slice(0, 8).join(', ')}${chains.length > 8 ? ', …' : ''}`;
  return { code: 'stuck', chains, message: `chains that rejected every one of ${steps} proposals: ${names}` };
}

function hopeless(proposals: number, stepSize: number): FlowzooError {
  return new FlowzooError('E_NO_CONVERGENCE', 'every proposal was rejected', {
    at: 'runChains',
    found: `0 of ${proposals} accepted${Number.isNaN(stepSize) ? '' : ` with step size ${stepSize}`}`,
    remedy: 'Take a smaller step, a closer proposal, or a longer warm-up with adaptation',
  });
}
