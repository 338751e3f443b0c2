import { StandardNormal } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, normalBatch, numbersOf, scatter } from '../../test/checks.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const dense = { type: 'zero-convolution', logFactor: 0 };
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Raw [mean, log σ] per leaving feature, from what stays: the dense layer as the definition says it. */
function rawOf(layer: ReturnType<typeof build>, kept: readonly number[]): number[] {
  const [weight, bias] = ['layer.convolution.weight', 'layer.bias'].map((name) =>
    numbersOf(layer, `conditioner.${name}`),
  );
  return bias!.map((b, o) => kept.reduce((sum, x, i) => sum + x * weight![i * bias!.length + o]!, b));
}

describe('a split', () => {
  it('has the density N(x₂; μ(x₁), σ²(x₁)) under a standard normal base', () => {
    const layer = build({ type: 'split', scale: 'exp', conditioner: dense }, [5]);
    scatter(layer, 0.6);
    const x = normalBatch(4, [5]);
    const { value: z, logDet } = layer.inverse(x);
    const base = new StandardNormal({ eventShape: [5] });
    const found = tf.add(base.logProb(z), logDet).dataSync();
    (x.arraySync() as number[][]).forEach((row, i) => {
      const [kept, leaving] = [row.slice(0, 3), row.slice(3)];
      const raw = rawOf(layer, kept);
      let expected = kept.reduce((sum, value) => sum - 0.5 * value * value - HALF_LOG_TWO_PI, 0);
      leaving.forEach((value, j) => {
        const [mean, logs] = [raw[2 * j]!, raw[2 * j + 1]!];
        expected += -0.5 * ((value - mean) / Math.exp(logs)) ** 2 - logs - HALF_LOG_TWO_PI;
      });
      expect(found[i]).toBeCloseTo(expected, 4);
    });
    layer.dispose();
  });

  it('keeps the other half bit for bit, and the larger one of an odd number', () => {
    for (const [keep, stays] of [
      ['first', [0, 1, 2]],
      ['second', [2, 3, 4]],
    ] as const) {
      const layer = build({ type: 'split', keep }, [5]);
      scatter(layer);
      expect(layer.structure).toEqual({ kind: 'coupling', identity: stays });
      const x = normalBatch(1, [5]);
      const [before, after] = [x.dataSync(), layer.inverse(x).value.dataSync()];
      const same = Array.from(before, (value, i) => value === after[i]);
      expect(same).toEqual([0, 1, 2, 3, 4].map((i) => (stays as readonly number[]).includes(i)));
      layer.dispose();
    }
  });

  it('starts as the standard normal prior, and stays it when asked', () => {
    const x = normalBatch(2, [2, 2, 4]);
    for (const prior of ['learned', 'standard']) {
      const layer = build({ type: 'split', prior }, [2, 2, 4]);
      if (prior === 'standard') expect(layer.variables.size).toBe(0);
      const { value, logDet } = layer.inverse(x);
      expect(distance(value, x)).toBeLessThan(1e-6);
      expect(distance(logDet, tf.zeros([2]))).toBeLessThan(1e-6);
      layer.dispose();
    }
  });

  it('bounds σ softly unless it is told not to', () => {
    const layer = build({ type: 'split' }, [2]);
    layer.variables.get('conditioner.layer.bias')!.assign(tf.tensor1d([0, 1000]));
    expect(layer.inverse(tf.tensor2d([[0, 1]])).logDet.dataSync()[0]).toBeCloseTo(-5, 4);
    layer.dispose();
  });

  it('of all channels depends on position and context only', () => {
    const conditioner = { type: 'zero-convolution', padding: 'edge-channel', context: true };
    const layer = build({ type: 'split', leave: 'all', conditioner }, [3, 3, 1], { contextSize: 2 });
    scatter(layer, 0.5);
    const context = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore
    const zero = tf.zeros([2, 3, 3, 1]);
    const { value, logDet } = layer.inverse(zero, context);
    const means = value.arraySync() as number[][][][];
    // A corner is not the middle, one class is not the other.
    expect(means[0]![0]![0]![0]).not.toBeCloseTo(means[0]![1]![1]![0]!, 3);
    expect(means[0]![1]![1]![0]).not.toBeCloseTo(means[1]![1]![1]![0]!, 3);
    expect(layer.traits.constantLogDet).toBe(true);
    expect(distance(layer.inverse(tf.add(zero, 3), context).logDet, logDet)).toBe(0);
    layer.dispose();
  });

  it('needs two channels', () => {
    expect(() => build({ type: 'split' }, [4, 4, 1])).toThrow(
      'layers[2]: half of the channels cannot leave: there are not two (expected at least 2 channels on the last axis, got [4, 4, 1]). Put { "type": "squeeze" } before it, or use "leave": "all"',
    );
  });
});
