import * as tf from '@tensorflow/tfjs';
import { type Shape } from '@flowzoo/core';
import { impossible } from '../common/check.ts';
import type { Positions } from '../common/positions.ts';
import { effectiveSampleSize } from '../diagnostics/effective-sample-size.ts';
import { splitRHat } from '../diagnostics/split-r-hat.ts';

/** Something about a run that the reader of its numbers must know. */
export interface ChainWarning {
  /** `stuck`: these chains rejected every proposal of the kept part. */
  readonly code: 'stuck';
  readonly chains: readonly number[];
  readonly message: string;
}

/** What a run of chains gives: plain arrays, nothing to dispose. */
export interface ChainResult {
  readonly eventShape: Shape;
  readonly chains: number;
  /** Kept draws per chain. */
  readonly samples: number;
  /** Elements of one event. */
  readonly size: number;
  /** `[chains, samples, size]`. */
  readonly draws: Float64Array;
  /** log π of the draws, `[chains, samples]`, nats; NaN for kernels that never ask for it. */
  readonly logDensity: Float64Array;
  /** Mean acceptance probability after warm-up, `[chains]`. */
  readonly acceptance: Float64Array;
  /** Step size after warm-up; NaN for kernels without, or with a schedule. */
  readonly stepSize: number;
  /** Step of each kept draw, `[samples]`: the weights of averages over SGLD. */
  readonly stepSizes: Float64Array;
  readonly warnings: readonly ChainWarning[];
}

/**
 * One element of all draws, one trace per chain; with a function, its value at every draw.
 *
 * @throws E_OPTION for an element that is not there
 */
export function traces(result: ChainResult, quantity: number | ((x: Float64Array) => number)): Float64Array[] {
  const { chains, samples, size, draws } = result;
  if (typeof quantity === 'number' && !(Number.isInteger(quantity) && quantity >= 0 && quantity < size)) {
    throw impossible('quantity', quantity, `an element from 0 to ${size - 1}, or a function`);
  }
  const valueAt = (start: number): number =>
    typeof quantity === 'number' ? draws[start + quantity]! : quantity(draws.subarray(start, start + size));
  return Array.from({ length: chains }, (_, chain) =>
    Float64Array.from({ length: samples }, (_, sample) => valueAt((chain * samples + sample) * size)),
  );
}

/** What the chains tell about one quantity. */
export interface Summary {
  readonly mean: number;
  readonly standardDeviation: number;
  /** Standard error of the mean: standard deviation / √ESS. */
  readonly standardError: number;
  readonly effectiveSampleSize: number;
  readonly rHat: number;
}

/**
 * Mean, deviation, effective sample size and split-R̂ of one quantity over all chains.
 *
 * @throws E_OPTION for fewer than four draws per chain
 *
 * @example
 * const { mean, standardError, rHat } = summarizeChains(result, 0);
 */
export function summarizeChains(result: ChainResult, quantity: number | ((x: Float64Array) => number)): Summary {
  const chains = traces(result, quantity);
  const count = result.chains * result.samples;
  const mean = chains.flatMap((chain) => Array.from(chain)).reduce((sum, value) => sum + value, 0) / count;
  const squares = chains.reduce((sum, chain) => sum + chain.reduce((part, value) => part + (value - mean) ** 2, 0), 0);
  const standardDeviation = Math.sqrt(squares / (count - 1));
  const size = effectiveSampleSize(chains);
  return {
    mean,
    standardDeviation,
    standardError: standardDeviation / Math.sqrt(size),
    effectiveSampleSize: size,
    rHat: splitRHat(chains),
  };
}

/** The draws as a float32 tensor `[chains, samples, ...eventShape]`; the caller disposes. */
export function chainTensor(result: ChainResult): tf.Tensor {
  return tf.tensor(Float32Array.from(result.draws), [result.chains, result.samples, ...result.eventShape], 'float32');
}

/** All draws as rows, chain by chain, `[chains · samples, size]`. */
export function chainPositions(result: ChainResult): Positions {
  return { values: result.draws, count: result.chains * result.samples, size: result.size };
}
