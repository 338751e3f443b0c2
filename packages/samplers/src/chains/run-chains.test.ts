import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { adjustedLangevin } from '../kernels/adjusted-langevin.ts';
import { gibbs } from '../kernels/gibbs.ts';
import { independenceMetropolisHastings } from '../kernels/independence.ts';
import { metropolisHastings } from '../kernels/metropolis-hastings.ts';
import { minibatchGradient } from '../kernels/minibatch-gradient.ts';
import { randomWalk } from '../kernels/random-walk.ts';
import { stochasticGradientLangevin } from '../kernels/stochastic-gradient-langevin.ts';
import { unadjustedLangevin } from '../kernels/unadjusted-langevin.ts';
import { plainProposal } from '../proposals/plain-proposal.ts';
import { plainTarget, shapeTarget } from '../targets/plain-target.ts';
import { tensorTarget } from '../targets/tensor-target.ts';
import { faultOf } from '../test-statistics.ts';
import { chainPositions, chainTensor, summarizeChains, traces } from './chain-result.ts';
import type { RunProgress } from './options.ts';
import { runChains } from './run-chains.ts';

const normal = plainTarget({ eventShape: [1], logDensity: (x) => -0.5 * x[0]! ** 2, gradient: (x) => [-x[0]!] });
const walk = randomWalk({ stepSize: 1 });
const base = { chains: 2, samples: 6, initial: new Float64Array(2) };
const misspelt = { ...base, warmUp: 3 };

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe('runChains', () => {
  it('repeats itself by the seed, and a chain does not depend on how many others there are', async () => {
    const options = { ...base, adapt: false, seed: 9 };
    const two = await runChains(normal, walk, options);
    expect(await runChains(normal, walk, options)).toEqual(two);
    const three = await runChains(normal, walk, { ...options, chains: 3, initial: new Float64Array(3) });
    expect(traces(three, 0).slice(0, 2)).toEqual(traces(two, 0));
    expect((await runChains(normal, walk, { ...options, seed: 10 })).draws).not.toEqual(two.draws);
  });

  it('thins what it keeps, and leaves out the warm-up', async () => {
    const options = { chains: 2, adapt: false, seed: 1, initial: base.initial };
    const all = await runChains(normal, walk, { ...options, samples: 12, warmup: 0 });
    const thinned = await runChains(normal, walk, { ...options, samples: 3, warmup: 3, thin: 3 });
    traces(thinned, 0).forEach((trace, chain) => {
      const full = traces(all, 0)[chain]!;
      expect([...trace]).toEqual([full[5], full[8], full[11]]);
    });
    expect(thinned.logDensity[0]).toBe(-0.5 * thinned.draws[0]! ** 2);
  });

  it('adapts in warm-up only, and reports every step', async () => {
    const seen: RunProgress[] = [];
    const result = await runChains(normal, walk, { ...base, samples: 20, warmup: 30, onProgress: (p) => seen.push(p) });
    expect(seen).toHaveLength(50);
    expect(seen.at(-1)).toMatchObject({ phase: 'sampling', done: 50, total: 50, stepSize: result.stepSize });
    const kept = seen.filter((progress) => progress.phase === 'sampling');
    expect(new Set(kept.map((progress) => progress.stepSize)).size).toBe(1);
    expect(new Set(seen.slice(0, 30).map((progress) => progress.stepSize)).size).toBeGreaterThan(20);
    expect((await runChains(normal, walk, { ...base, adapt: false })).stepSize).toBe(1);
  });

  it.each([1e-4, 1e4])('finds a step from %s, far off', async (stepSize) => {
    const result = await runChains(normal, randomWalk({ stepSize }), { ...base, samples: 400, warmup: 600 });
    expect(result.stepSize).toBeGreaterThan(2);
    expect(result.stepSize).toBeLessThan(12);
    expect(Math.abs((result.acceptance[0]! + result.acceptance[1]!) / 2 - 0.234)).toBeLessThan(0.08);
  });

  it('is aborted by its signal, also while it runs', async () => {
    expect(await faultOf(() => runChains(normal, walk, { ...base, signal: AbortSignal.abort() }))).toContain(
      'E_ABORTED',
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const endless = { ...base, samples: 10_000_000 / 4, signal: controller.signal };
    expect(await faultOf(() => runChains(normal, walk, endless))).toBe('E_ABORTED: runChains: sampling was aborted');
  });

  it('starts from a function, a tensor or a proposal, and gives tensors and rows back', async () => {
    const start = tf.tensor2d([[3], [4]]);
    const stay = gibbs({ conditionals: [{ elements: [0], draw: (x) => [x[0]!] }] });
    const options = { chains: 2, samples: 2, warmup: 0 };
    const fromTensor = await runChains(shapeTarget([1]), stay, { ...options, initial: start });
    expect([...fromTensor.draws]).toEqual([3, 3, 4, 4]);
    const fromFunction = await runChains(shapeTarget([1]), stay, { ...options, initial: (chain) => [chain + 3] });
    expect(fromFunction.draws).toEqual(fromTensor.draws);
    const proposal = plainProposal({ eventShape: [1], draw: () => [5], logDensity: () => 0 });
    expect([...(await runChains(shapeTarget([1]), stay, { ...options, initial: proposal })).draws]).toEqual([
      5, 5, 5, 5,
    ]);
    const tensor = chainTensor(fromTensor);
    expect(tensor.shape).toEqual([2, 2, 1]);
    expect(chainPositions(fromTensor).count).toBe(4);
    tf.dispose([start, tensor]);
  });
});

describe('bad input', () => {
  const cliff = plainTarget({ eventShape: [1], logDensity: (x) => (x[0]! === 0 ? 0 : -Infinity) });
  const hole = plainTarget({ eventShape: [1], logDensity: (x) => (Math.abs(x[0]!) < 1 ? 0 : Number.NaN) });
  const outside = plainTarget({ eventShape: [1], logDensity: () => -Infinity });
  const noGradient = plainTarget({ eventShape: [1], logDensity: () => 0 });
  const stay = plainProposal({ eventShape: [1], draw: () => [0], logDensity: (x) => (x[0] === 0 ? 0 : -Infinity) });
  const faults: readonly (readonly [name: string, run: () => unknown, message: string])[] = [
    [
      'a negative step',
      () => randomWalk({ stepSize: -1 }),
      'E_OPTION: stepSize: the option cannot have this value (expected a finite number above 0, got -1)',
    ],
    ['a negative Langevin step', () => unadjustedLangevin({ stepSize: -0.1 }), 'E_OPTION: stepSize: '],
    ['a NaN step', () => adjustedLangevin({ stepSize: Number.NaN }), 'E_OPTION: stepSize: '],
    [
      'a target acceptance of 1',
      () => randomWalk({ stepSize: 1, targetAcceptance: 1 }),
      'E_OPTION: targetAcceptance: ',
    ],
    [
      'a growing schedule',
      () => stochasticGradientLangevin({ schedule: { a: 1, gamma: 0.4 } }),
      'E_OPTION: schedule.gamma: ',
    ],
    ['a negative schedule', () => stochasticGradientLangevin({ schedule: { a: -1 } }), 'E_OPTION: schedule.a: '],
    ['no proposal', () => metropolisHastings({ proposal: undefined as never }), 'E_OPTION: proposal: '],
    ['no chains', () => runChains(normal, walk, { ...base, chains: 0 }), 'E_OPTION: chains: '],
    ['no samples', () => runChains(normal, walk, { ...base, samples: 0 }), 'E_OPTION: samples: '],
    ['a negative warm-up', () => runChains(normal, walk, { ...base, warmup: -1 }), 'E_OPTION: warmup: '],
    ['thinning by 0', () => runChains(normal, walk, { ...base, thin: 0 }), 'E_OPTION: thin: '],
    ['a misspelt option', () => runChains(normal, walk, misspelt), 'E_OPTION: warmUp: there is no such option'],
    [
      'a bare function as target',
      () => runChains((() => 0) as never, walk, base),
      'E_OPTION: target: this is no target (expected tensorTarget({ eventShape, logDensity }) or plainTarget',
    ],
    ['no kernel', () => runChains(normal, undefined as never, base), 'E_OPTION: kernel: '],
    [
      'a nested list of initial points',
      () => runChains(normal, walk, { ...base, initial: [[0], [0]] as never }),
      'E_OPTION: initial: the option cannot have this value (expected a tensor, a Float64Array, a function of the chain',
    ],
    [
      'a flow where a proposal belongs',
      () => runChains(normal, independenceMetropolisHastings({ proposal: { eventShape: [1] } as never }), base),
      'E_OPTION: proposal: this is no independent proposal (expected flowProposal(flow)',
    ],
    [
      'too few initial numbers',
      () => runChains(normal, walk, { ...base, initial: new Float64Array(3) }),
      'E_BATCH: initial needs the numbers of every chain, row by row (expected 2 × 1 numbers, got 3 numbers)',
    ],
    [
      'initial points of another shape',
      () => runChains(normal, walk, { ...base, initial: () => [1, 2] }),
      'E_EVENT_SHAPE: chain 0: initial gives a point of the wrong length (expected 1, got 2)',
    ],
    [
      'an initial NaN',
      () => runChains(normal, walk, { ...base, initial: Float64Array.of(0, Number.NaN) }),
      'E_NOT_FINITE_LOSS: chain 1: a chain starts at a point that is not finite',
    ],
    [
      'a start outside the support',
      () => runChains(outside, walk, base),
      'E_OUT_OF_DOMAIN: start of chain 0 at [0]: the target has no density here',
    ],
    [
      'a kernel without gradient to use',
      () => runChains(noGradient, adjustedLangevin({ stepSize: 1 }), base),
      'E_OPTION: target: this sampler needs the gradient of the log-density',
    ],
    [
      'a shape where a density is needed',
      () => runChains(shapeTarget([1]), walk, base),
      'E_OPTION: target: this sampler needs a density, and the target has only a shape',
    ],
    [
      'a scale of another length',
      () => runChains(normal, randomWalk({ stepSize: 1, scale: [1, 2] }), base),
      'E_EVENT_SHAPE: scale: ',
    ],
    [
      'conditionals that leave an element out',
      () =>
        runChains(shapeTarget([2]), gibbs({ conditionals: [{ elements: [0], draw: () => [0] }] }), {
          ...base,
          initial: new Float64Array(4),
        }),
      'E_OPTION: conditionals: the conditionals must cover every element of the event and no other (expected elements 0 to 1, got none for element 1)',
    ],
    [
      'a conditional of NaN',
      () => runChains(shapeTarget([1]), gibbs({ conditionals: [{ elements: [0], draw: () => [Number.NaN] }] }), base),
      'E_NOT_FINITE_LOSS: chain 0 at [0], element 0: a conditional gives a value that is not finite',
    ],
    [
      'a proposal of another length',
      () => runChains(normal, metropolisHastings({ proposal: { draw: () => [1, 2] } }), base),
      'E_EVENT_SHAPE: chain 0: the proposal gives a point of the wrong length (expected 1, got 2)',
    ],
    [
      'a proposal that cannot score its move',
      () =>
        runChains(normal, metropolisHastings({ proposal: { draw: () => [0], logDensity: () => Number.NaN } }), base),
      'E_NOT_FINITE_LOSS: chain 0, proposed [0]: the log-density of the proposal is not a number',
    ],
    [
      'a start where the proposal has no density',
      () =>
        runChains(normal, independenceMetropolisHastings({ proposal: stay }), {
          ...base,
          initial: Float64Array.of(0, 1),
        }),
      'E_OUT_OF_DOMAIN: chain 1 at [1]: a chain starts where the proposal has no density',
    ],
    [
      'a step that rejects everything',
      () => runChains(cliff, walk, { ...base, samples: 100, adapt: false }),
      'E_NO_CONVERGENCE: runChains: every proposal was rejected (got 0 of 200 accepted with step size 1). Take a smaller step',
    ],
    [
      'Langevin beyond its stable step',
      () => runChains(normal, unadjustedLangevin({ stepSize: 3 }), { ...base, samples: 3000 }),
      'E_OUT_OF_DOMAIN: chain',
    ],
  ];
  it.each(faults)('refuses %s', async (_name, run, message) => {
    expect(await faultOf(run)).toContain(message);
  });

  it('names chain and position where the target gives NaN', async () => {
    const options = { ...base, chains: 3, samples: 50, initial: new Float64Array(3) };
    expect(await faultOf(() => runChains(hole, walk, options))).toMatch(
      /^E_NOT_FINITE_LOSS: chain [0-2] at \[-?\d.*\]: the log-density is not a number below infinity \(.*got NaN\)/,
    );
  });

  it('warns of the chains that are stuck when others move', async () => {
    const trap = plainTarget({
      eventShape: [1],
      logDensity: (x) => (x[0] === 50 ? 0 : Math.abs(x[0]!) < 5 ? -3 : -Infinity),
    });
    const result = await runChains(trap, walk, { ...base, samples: 60, adapt: false, initial: Float64Array.of(0, 50) });
    expect(result.warnings).toEqual([
      { code: 'stuck', chains: [1], message: 'chains that rejected every one of 60 proposals: 1' },
    ]);
    expect(result.acceptance[1]).toBe(0);
    expect(summarizeChains(result, 0).rHat).toBeGreaterThan(2);
  });
});

describe.each(['cpu', 'wasm'])('tensor targets on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  const bent = tensorTarget({
    eventShape: [2],
    logDensity: (x) => {
      const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
      return tf.squeeze(tf.mul(-0.5, tf.add(tf.square(a), tf.square(tf.sub(b, tf.square(a))))), [1]);
    },
  });
  const same = plainTarget({
    eventShape: [2],
    logDensity: (x) => -0.5 * (x[0]! ** 2 + (x[1]! - x[0]! ** 2) ** 2),
    gradient: (x) => [-x[0]! + 2 * x[0]! * (x[1]! - x[0]! ** 2), x[0]! ** 2 - x[1]!],
  });

  it('give the values and gradients of the same target in float64, and leave nothing behind', async () => {
    const positions = { values: Float64Array.of(0.5, -1, 2, 3), count: 2, size: 2 };
    const before = tf.memory().numTensors;
    const found = await bent.evaluate(positions, { gradient: true });
    const expected = await same.evaluate(positions, { gradient: true });
    found.logDensity.forEach((value, i) => expect(value).toBeCloseTo(expected.logDensity[i]!, 5));
    found.gradient!.forEach((value, i) => expect(value).toBeCloseTo(expected.gradient![i]!, 5));
    const result = await runChains(bent, adjustedLangevin({ stepSize: 0.7 }), {
      chains: 8,
      samples: 20,
      initial: new Float64Array(16),
    });
    expect(result.draws.every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('name what is wrong with them, and leave nothing behind', async () => {
    const before = tf.memory().numTensors;
    const run = (logDensity: (x: tf.Tensor) => tf.Tensor): Promise<string> =>
      faultOf(() => runChains(tensorTarget({ eventShape: [1], logDensity }), adjustedLangevin({ stepSize: 1 }), base));
    expect(await run((x) => tf.square(x))).toContain(
      'E_BATCH: logDensity: the log-density needs one number per chain (expected [2], got [2, 1])',
    );
    expect(await run((x) => tf.sum(x))).toContain('expected [2], got []');
    expect(await run(() => tf.zeros([2]))).toContain('E_OPTION: logDensity: tfjs cannot differentiate the log-density');
    expect(await run((x) => tf.squeeze(tf.log(tf.sub(x, 1)), [1]))).toMatch(
      /E_NOT_FINITE_LOSS: start of chain 0 at \[0\]/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('SGLD takes unbiased gradients of minibatches', async () => {
    const data = [1, 2, 4, 5, 7, 11];
    const posterior = (batchSize: number) =>
      minibatchGradient({
        eventShape: [1],
        rows: data.length,
        batchSize,
        logPrior: (theta) => tf.squeeze(tf.mul(-0.5, tf.square(theta)), [1]),
        logLikelihood: (theta, rows) =>
          tf.sum(
            tf.mul(
              -0.5,
              tf.square(
                tf.sub(
                  theta,
                  tf.tensor2d(
                    Array.from(rows, (row) => data[row]!),
                    [1, rows.length],
                  ),
                ),
              ),
            ),
            1,
          ),
      });
    const positions = { values: Float64Array.of(0, 2), count: 2, size: 1 };
    const { Random } = await import('@flowzoo/core');
    const random = new Random(1);
    // −θ + Σ (x − θ).
    expect([...(await posterior(6)(positions, { iteration: 0, random }))]).toEqual([30, 16]);
    const draws: number[] = [];
    for (let i = 0; i < 300; i++) draws.push((await posterior(2)(positions, { iteration: i, random }))[0]!);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const deviation = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
    expect(Math.abs(mean - 30)).toBeLessThan((4 * deviation) / Math.sqrt(draws.length));
    expect(() => posterior(7)).toThrow(
      'batchSize: the option cannot have this value (expected at most the 6 rows, got 7)',
    );
  });
});
