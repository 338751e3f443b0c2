import * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatShape, type Random } from '@flowzoo/core';
import { assertSameEvent, drawChecked, type IndependentProposal } from '../proposals/independent-proposal.ts';
import { evaluateTarget } from '../targets/evaluate.ts';
import { formatPoint, rowOf, tensorToPositions, type Positions } from '../common/positions.ts';
import { impossible } from '../common/check.ts';
import type { ChainState, Kernel, RunContext } from '../kernels/kernel.ts';
import type { InitialPositions } from './options.ts';

/**
 * The state before the first step, checked and scored.
 *
 * @throws E_EVENT_SHAPE or E_BATCH when the positions do not fit; E_NOT_FINITE_LOSS when one is not finite; E_OUT_OF_DOMAIN
 * when a chain starts outside the support
 */
export async function initialState(initial: InitialPositions, kernel: Kernel, run: RunContext): Promise<ChainState> {
  const positions = await readPositions(initial, run);
  for (let chain = 0; chain < run.chains; chain++) {
    const point = rowOf(positions, chain);
    if (point.every(Number.isFinite)) continue;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'a chain starts at a point that is not finite', {
      at: `chain ${chain}`,
      found: formatPoint(point),
    });
  }
  if (kernel.uses === 'nothing') return { positions, logDensity: new Float64Array(run.chains).fill(Number.NaN) };
  const evaluation = await evaluateTarget(run.target, positions, {
    gradient: kernel.uses === 'gradient',
    nameOf: (row) => `start of chain ${row}`,
    allowOutside: false,
  });
  return { positions, logDensity: evaluation.logDensity, gradient: evaluation.gradient };
}

async function readPositions(initial: InitialPositions, run: RunContext): Promise<Positions> {
  const { chains, size, eventShape } = run;
  if (initial instanceof tf.Tensor) {
    const positions = await tensorToPositions(initial, eventShape, 'initial');
    if (positions.count === chains) return positions;
    throw new FlowzooError('E_BATCH', 'initial needs one row per chain', {
      expected: formatShape([chains, ...eventShape]),
      found: formatShape(initial.shape),
    });
  }
  if (typeof initial === 'function') return fromFunction(initial, run);
  if (initial instanceof Float64Array || initial instanceof Float32Array) {
    if (initial.length === chains * size) return { values: Float64Array.from(initial), count: chains, size };
    throw new FlowzooError('E_BATCH', 'initial needs the numbers of every chain, row by row', {
      expected: `${chains} × ${size} numbers`,
      found: `${initial.length} numbers`,
    });
  }
  if (isProposal(initial)) {
    assertSameEvent(run.target, initial);
    return (await drawChecked(initial, chains, { random: run.random.fork('initial'), signal: run.signal })).positions;
  }
  throw impossible('initial', initial, 'a tensor, a Float64Array, a function of the chain, or a proposal');
}

function fromFunction(make: (chain: number, random: Random) => ArrayLike<number>, run: RunContext): Positions {
  const values = new Float64Array(run.chains * run.size);
  run.randoms.forEach((random, chain) => {
    const point = make(chain, random.fork('initial'));
    if (point.length !== run.size) {
      throw new FlowzooError('E_EVENT_SHAPE', 'initial gives a point of the wrong length', {
        at: `chain ${chain}`,
        expected: String(run.size),
        found: String(point.length),
      });
    }
    values.set(point, chain * run.size);
  });
  return { values, count: run.chains, size: run.size };
}

function isProposal(value: unknown): value is IndependentProposal {
  return typeof value === 'object' && value !== null && 'draw' in value && typeof value.draw === 'function';
}
