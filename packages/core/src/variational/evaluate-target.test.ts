import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { affineFlow, gaussian } from '../../test/variational-models.ts';
import { evaluateTarget, type EvaluateTargetOptions } from './evaluate-target.ts';

describe.each(['cpu', 'wasm'])('evaluateTarget on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('finds the evidence of a Gaussian from a flow that is not it, and the divergence to it', async () => {
    const flow = affineFlow({ shift: [0.8, -1.5], scale: [0.7, 2.4] });
    const found = await evaluateTarget(flow, gaussian.logDensity, { samples: 8000, seed: 3 });
    // KL of normals, per column: log(σ/s) + (s² + (m − μ)²)/2σ² − ½.
    const divergence = (scale: number, shift: number, to: number): number =>
      Math.log(to / scale) + (scale ** 2 + shift ** 2) / (2 * to ** 2) - 0.5;
    const truth = divergence(0.7, 0.2, 0.5) + divergence(2.4, 0.5, 2);
    const { logEvidence, elbo, reverseKl } = found;
    expect(Math.abs(logEvidence.value - gaussian.logEvidence)).toBeLessThan(4 * logEvidence.standardError);
    expect(logEvidence.standardError).toBeLessThan(0.02);
    expect(Math.abs(reverseKl.value - truth)).toBeLessThan(4 * reverseKl.standardError);
    expect(Math.abs(elbo.value - (gaussian.logEvidence - truth))).toBeLessThan(4 * elbo.standardError);
    expect(found.effectiveSampleSize).toBeGreaterThan(4000);
    expect(found.effectiveSampleSize).toBeLessThan(7900);
    flow.dispose();
  });

  it('is exact for a flow that is the target', async () => {
    const flow = affineFlow({ shift: gaussian.mean, scale: gaussian.scale });
    const found = await evaluateTarget(flow, gaussian.logDensity, { samples: 100 });
    expect(found.effectiveSampleSize).toBeCloseTo(100, 3);
    expect(found.logEvidence.value).toBeCloseTo(gaussian.logEvidence, 5);
    expect(found.reverseKl.standardError).toBeLessThan(1e-5);
    flow.dispose();
  });

  it('repeats itself for a seed and leaves nothing behind', async () => {
    const flow = affineFlow();
    const options = { samples: 100, batchSize: 40 };
    const first = await evaluateTarget(flow, gaussian.logDensity, options);
    const before = tf.memory();
    expect(await evaluateTarget(flow, gaussian.logDensity, options)).toEqual(first);
    expect(await evaluateTarget(flow, gaussian.logDensity, { ...options, seed: 1 })).not.toEqual(first);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    flow.dispose();
  });
});

describe('evaluateTarget', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  /** log p̃ = 0, but another value where a condition on x₁ holds. */
  const patched =
    (value: number, holds: (a: number) => boolean) =>
    (x: tf.Tensor): tf.Tensor =>
      tf.tensor1d((x.arraySync() as number[][]).map(([a]) => (holds(a!) ? value : 0)));

  it('gives weight 0 to draws outside of the support', async () => {
    const flow = affineFlow();
    const found = await evaluateTarget(
      flow,
      patched(-Infinity, (a) => a < 0),
      { samples: 200 },
    );
    expect(found.elbo.value).toBe(-Infinity);
    expect(found.effectiveSampleSize).toBeLessThan(120);
    expect(Number.isFinite(found.logEvidence.value)).toBe(true);
    flow.dispose();
  });

  it.each([
    [
      'a target without mass',
      patched(-Infinity, () => true),
      { samples: 7 },
      'E_OUT_OF_DOMAIN',
      'logDensity: the target is −Infinity on all of 7 draws (expected a target whose support the flow reaches). Start the flow where the target has mass: set the mean and scale of its base',
    ],
    [
      'a target that is NaN',
      patched(Number.NaN, (a) => a > 2),
      {},
      'E_NOT_FINITE_LOSS',
      /^logDensity: the target is not finite \(expected finite numbers, got NaN at draw \d+, x = \[[2-9][\d.]*, -?[\d.]+\]\)$/,
    ],
    ['no count', gaussian.logDensity, { samples: 0 }, 'E_OPTION', 'samples: the option cannot have this value'],
    ['an unknown option', gaussian.logDensity, { draws: 3 }, 'E_OPTION', 'draws: there is no such option'],
    ['an aborted signal', gaussian.logDensity, { signal: AbortSignal.abort() }, 'E_ABORTED', 'scoring was aborted'],
  ] as const)('refuses %s', async (_name, logDensity, options, code, message) => {
    const flow = affineFlow();
    const before = tf.memory().numTensors;
    const call = evaluateTarget(flow, logDensity, options as EvaluateTargetOptions);
    await expect(call).rejects.toMatchObject({ code });
    await expect(call).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    flow.dispose();
  });

  it('names a draw that is not finite', async () => {
    const flow = affineFlow();
    flow.variables.get('layers.0.shift')!.assign(tf.tensor1d([Number.NaN, 0]));
    await expect(evaluateTarget(flow, () => tf.zeros([1024]))).rejects.toThrow(
      'flow: a draw of the flow is not finite (expected finite numbers, got draw 0, x = [NaN, ',
    );
    flow.dispose();
  });
});
