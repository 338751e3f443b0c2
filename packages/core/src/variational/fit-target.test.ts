import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { weightsOf } from '../../test/training-models.ts';
import { affineFlow, banana, bentFlow, gaussian } from '../../test/variational-models.ts';
import { evaluateTarget } from './evaluate-target.ts';
import type { FitTargetEvent } from './events.ts';
import { fitTarget } from './fit-target.ts';
import type { FitTargetOptions } from './options.ts';

const quick: FitTargetOptions = { steps: 100, samples: 64, optimizer: { learningRate: 0.1 }, average: 0.9 };

describe.each(['cpu', 'wasm'])('fitTarget on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it.each(['total', 'path'] as const)('finds a Gaussian and its evidence with the %s gradient', async (estimator) => {
    const flow = affineFlow();
    const result = await fitTarget(flow, gaussian.logDensity, { ...quick, estimator });
    expect(result).toMatchObject({ reason: 'steps', steps: 100, weights: 'average', unusedVariables: [] });
    const { logEvidence, reverseKl, effectiveSampleSize, samples } = result.evaluation!;
    expect(Math.abs(logEvidence.value - gaussian.logEvidence)).toBeLessThan(4 * logEvidence.standardError + 1e-4);
    expect(reverseKl.value).toBeLessThan(0.02);
    expect(effectiveSampleSize / samples).toBeGreaterThan(0.95);
    const expected = [...gaussian.mean, ...gaussian.scale.map(Math.log)];
    (await weightsOf(flow)).forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(0.12));
    flow.dispose();
  });

  it('bends a flow to a banana', async () => {
    const flow = bentFlow();
    const before = await evaluateTarget(flow, banana);
    const { evaluation } = await fitTarget(flow, banana, { ...quick, estimator: 'path' });
    expect(before.effectiveSampleSize / before.samples).toBeLessThan(0.5);
    expect(evaluation!.effectiveSampleSize / evaluation!.samples).toBeGreaterThan(0.95);
    expect(evaluation!.logEvidence.value).toBeCloseTo(Math.log(Math.PI), 2);
    flow.dispose();
  });

  it('gives the same numbers for the same seed, others for another, and leaves nothing behind', async () => {
    const found: number[][] = [];
    const options: FitTargetOptions = { steps: 6, samples: 16, estimator: 'path', evaluationSamples: 32 };
    const counts: number[] = [];
    for (const seed of [1, 1, 2]) {
      const flow = affineFlow();
      const before = tf.memory();
      await fitTarget(flow, gaussian.logDensity, { ...options, seed });
      counts.push(tf.memory().numTensors - before.numTensors, tf.memory().numDataBuffers - before.numDataBuffers);
      found.push(await weightsOf(flow));
      flow.dispose();
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).not.toEqual(found[0]);
    expect(counts).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('fitTarget', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it('tells what happens in order, with β, and keeps a history', async () => {
    const flow = affineFlow();
    const unused = tf.variable(tf.ones([3]));
    const variables = new Map([...flow.variables, ['unused', unused]]);
    Object.defineProperty(flow, 'variables', { value: variables });
    const events: FitTargetEvent[] = [];
    const result = await fitTarget(flow, gaussian.logDensity, {
      steps: 4,
      samples: 8,
      annealing: { start: 0.2, fraction: 1 },
      schedule: { type: 'constant', warmup: 2 },
      recordEvery: 2,
      average: null,
      onEvent: (event) => events.push(event),
    });
    expect(events.map(({ type, ...rest }) => ('step' in rest ? `${type} ${rest.step}` : type))).toEqual([
      'start',
      'unused-variables',
      'step 1',
      'step 2',
      'step 3',
      'step 4',
      'stop 4',
    ]);
    expect(events[0]).toEqual({ type: 'start', steps: 4, samples: 8, parameters: 7 });
    expect(events[1]).toEqual({ type: 'unused-variables', names: ['unused'] });
    const steps = events.filter((event) => event.type === 'step');
    [0.2, 0.4, 0.6, 0.8].forEach((beta, index) => expect(steps[index]!.beta).toBeCloseTo(beta, 12));
    expect(steps.map((event) => event.learningRate)).toEqual([0.0005, 0.001, 0.001, 0.001]);
    expect(steps[3]).toMatchObject({ steps: 4, etaSeconds: 0 });
    expect(result.weights).toBe('last');
    expect(result.unusedVariables).toEqual(['unused']);
    expect(result.history.map(({ step }) => step)).toEqual([2, 4]);
    expect(result.history[0]!.loss).toBeCloseTo((steps[0]!.loss + steps[1]!.loss) / 2, 6);
    expect(result.history[1]!.beta).toBeCloseTo(0.8, 12);
    unused.dispose();
    flow.dispose();
  });

  it('stops when it is told to, and evaluates nothing then', async () => {
    const flow = affineFlow();
    const controller = new AbortController();
    const result = await fitTarget(flow, gaussian.logDensity, {
      steps: 50,
      samples: 8,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 3) controller.abort();
      },
    });
    expect(result).toMatchObject({ reason: 'aborted', steps: 3, evaluation: null });
    flow.dispose();
  });

  it('leaves the flow in evaluation mode', async () => {
    const flow = affineFlow();
    const modes = vi.spyOn(flow, 'setMode');
    await fitTarget(flow, gaussian.logDensity, { steps: 1, samples: 2, evaluationSamples: 2 });
    expect(modes.mock.lastCall![0].training).toBe(false);
    flow.dispose();
  });
});
