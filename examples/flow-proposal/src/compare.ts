import type { Distribution } from '@flowzoo/core';
import { formatTable } from '@flowzoo/cli';
import {
  flowProposal,
  importanceSample,
  independenceMetropolisHastings,
  randomWalk,
  runChains,
  summarizeChains,
  type ChainResult,
  type ImportanceResult,
  type Kernel,
} from '@flowzoo/samplers';
import { doubleWellTarget } from './double-well.ts';

/** What one sampler gave for its time. */
export interface SamplerFigure {
  readonly name: string;
  readonly draws: number;
  readonly acceptance: number;
  /** Of x₀, whose sign is the well, over all chains. */
  readonly effectiveSampleSize: number;
  readonly rHat: number;
  /** Mean of x₀, by symmetry 0, and its standard error. */
  readonly mean: number;
  readonly standardError: number;
  /** Warm-up included. */
  readonly seconds: number;
  readonly effectivePerSecond: number;
}

/** Sizes of the comparison. */
export interface CompareOptions {
  readonly chains: number;
  /** Draws per chain of the random walk, and of the flow. */
  readonly walkSamples: number;
  readonly flowSamples: number;
  readonly seed: number;
}

/** Both samplers on the double well, each started from the flow, so that both begin in both wells. */
export async function compareSamplers(
  flow: Distribution,
  options: CompareOptions,
): Promise<{
  readonly walk: SamplerFigure;
  readonly independence: SamplerFigure;
  readonly importance: ImportanceResult;
}> {
  const { chains, seed } = options;
  const proposal = flowProposal(flow);
  const measure = async (name: string, kernel: Kernel, samples: number): Promise<SamplerFigure> => {
    const started = performance.now();
    const result = await runChains(doubleWellTarget, kernel, { chains, samples, initial: proposal, seed });
    return figureOf(name, result, (performance.now() - started) / 1000);
  };
  const walk = await measure('random walk', randomWalk({ stepSize: 0.5 }), options.walkSamples);
  const kernel = independenceMetropolisHastings({ proposal, block: 64 });
  const independence = await measure('flow proposal', kernel, options.flowSamples);
  const importance = await importanceSample(doubleWellTarget, proposal, { count: chains * options.flowSamples, seed });
  return { walk, independence, importance };
}

function figureOf(name: string, result: ChainResult, seconds: number): SamplerFigure {
  const { mean, standardError, effectiveSampleSize, rHat } = summarizeChains(result, 0);
  return {
    name,
    draws: result.chains * result.samples,
    acceptance: result.acceptance.reduce((sum, value) => sum + value / result.chains, 0),
    effectiveSampleSize,
    rHat,
    mean,
    standardError,
    seconds,
    effectivePerSecond: effectiveSampleSize / seconds,
  };
}

/** The figures as a table. */
export function formatFigures(figures: readonly SamplerFigure[]): string {
  return formatTable({
    titles: ['sampler', 'draws', 'acceptance', 'ESS of x0', 'split R-hat', 'mean of x0', 'seconds', 'ESS/s'],
    rows: figures.map((each) => [
      each.name,
      String(each.draws),
      each.acceptance.toFixed(2),
      each.effectiveSampleSize.toFixed(0),
      each.rHat.toFixed(3),
      `${each.mean.toFixed(3)} ± ${each.standardError.toFixed(3)}`,
      each.seconds.toFixed(2),
      each.effectivePerSecond.toFixed(0),
    ]),
    alignRight: [1, 2, 3, 4, 5, 6, 7],
  });
}
