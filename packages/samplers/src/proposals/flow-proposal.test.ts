import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, Random, type Distribution, type FlowModel } from '@flowzoo/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarizeChains, traces } from '../chains/chain-result.ts';
import { runChains } from '../chains/run-chains.ts';
import { importanceEstimate, importanceSample } from '../importance/importance-sampling.ts';
import { independenceMetropolisHastings } from '../kernels/independence.ts';
import { plainTarget } from '../targets/plain-target.ts';
import { distributionTarget } from '../targets/tensor-target.ts';
import { expectStandardNormal, faultOf, meanOf, seeds } from '../test-statistics.ts';
import { flowProposal } from './flow-proposal.ts';

const spec = (event: number[], context?: number): object => ({
  format: 'flowzoo/model',
  version: 1,
  event,
  ...(context === undefined ? {} : { context }),
  model: { type: 'flow', layers: [{ type: 'shift' }, { type: 'scale' }] },
});

describe.each(['cpu', 'wasm'])('a flow as proposal on %s', (backend) => {
  let flow: FlowModel;
  beforeAll(async () => {
    await tf.setBackend(backend);
    flow = createRegistry().build<FlowModel>(spec([2]));
  });
  afterAll(() => flow.dispose());
  // A correlated normal, correlation ½, normalised: the flow is a standard normal.
  const target = plainTarget({
    eventShape: [2],
    logDensity: (x) => -(x[0]! ** 2 - x[0]! * x[1]! + x[1]! ** 2) / 1.5 - Math.log(2 * Math.PI * Math.sqrt(0.75)),
  });

  it('scores its own draws as the flow does, by both of its ways, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const once: Distribution = { ...bind(flow), rsample: undefined as never };
    for (const proposal of [flowProposal(flow), flowProposal(once)]) {
      const { positions, logDensity } = await proposal.draw(5, { random: new Random(3) });
      const again = await proposal.logDensity(positions);
      logDensity.forEach((value, i) => expect(value).toBeCloseTo(again[i]!, 5));
      expect(logDensity[0]).toBeCloseTo(
        -0.5 * (positions.values[0]! ** 2 + positions.values[1]! ** 2) - Math.log(2 * Math.PI),
        4,
      );
    }
    const found = await distributionTarget(flow).evaluate(
      { values: Float64Array.of(0, 0), count: 1, size: 2 },
      { gradient: true },
    );
    expect(found.logDensity[0]).toBeCloseTo(-Math.log(2 * Math.PI), 5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('serves independence Metropolis–Hastings and importance sampling', async () => {
    const kernel = independenceMetropolisHastings({ proposal: flowProposal(flow) });
    const results = await Promise.all(
      seeds.map((seed) =>
        runChains(target, kernel, { chains: 200, samples: 1, warmup: 20, initial: flowProposal(flow), seed }),
      ),
    );
    // Var(x₀ x₁) = 1 + ρ².
    const products = results.map((result) => meanOf(traces(result, (x) => x[0]! * x[1]!).map((trace) => trace[0]!)));
    expectStandardNormal(products.map((value) => (value - 0.5) * Math.sqrt(200 / 1.25)));
    const weighted = await Promise.all(
      seeds.map((seed) => importanceSample(target, flowProposal(flow), { count: 600, seed })),
    );
    expectStandardNormal(
      weighted.map((result) => {
        const { mean, standardError } = importanceEstimate(result, (x) => x[0]! * x[1]!);
        return (mean - 0.5) / standardError;
      }),
    );
    expectStandardNormal(weighted.map(({ logEvidence: { value, standardError } }) => value / standardError));
  });

  it('accepts everything when it is the target', async () => {
    const result = await runChains(
      distributionTarget(flow),
      independenceMetropolisHastings({ proposal: flowProposal(flow) }),
      {
        chains: 4,
        samples: 100,
        warmup: 0,
        initial: flowProposal(flow),
      },
    );
    expect(meanOf(result.acceptance)).toBeGreaterThan(0.9999);
    expect(summarizeChains(result, 0).rHat).toBeLessThan(1.05);
  });

  it('refuses conditional flows and bounds', async () => {
    const conditional: Distribution = { ...bind(flow), contextSize: 3 };
    const bound: Distribution = { ...bind(flow), lowerBound: true };
    expect(await faultOf(() => flowProposal(conditional))).toContain(
      'E_CONTEXT: flowProposal: a conditional distribution is no proposal',
    );
    expect(await faultOf(() => distributionTarget(conditional))).toContain(
      'E_CONTEXT: a conditional distribution is no target',
    );
    expect(await faultOf(() => flowProposal(bound))).toContain(
      'E_OPTION: flowProposal: a proposal needs its exact log-density',
    );
    const other = plainTarget({ eventShape: [3], logDensity: () => 0 });
    expect(await faultOf(() => importanceSample(other, flowProposal(flow), { count: 5 }))).toContain(
      'E_EVENT_SHAPE: proposal: target and proposal have different event shapes (expected [3], got [2])',
    );
  });
});

/** The distribution as a plain object, whose members can be replaced. */
function bind(flow: FlowModel): Distribution {
  return {
    eventShape: flow.eventShape,
    contextSize: flow.contextSize,
    lowerBound: flow.lowerBound,
    logProb: (x: tf.Tensor) => flow.logProb(x),
    sample: (count: number, options: object) => flow.sample(count, options),
  } as unknown as Distribution;
}
